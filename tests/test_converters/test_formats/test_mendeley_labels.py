import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spondylo_mmpose.converters.formats.mendeley_labels import (
    class_names,
    parse_json,
    parse_txt,
)
from spondylo_mmpose.converters.labels import LabelError

QUAD = [[331, 28, 1], [396, 37, 1], [357, 1, 1], [405, 9, 1]]


def one(points, **more):
    data = {'boxes': [[331, 1, 405, 37]], 'keypoints': [points], 'labels': [0], **more}
    return parse_json(json.dumps(data).encode())


def test_json_is_pixels_in_file_order():
    (vertebra,) = one(QUAD).vertebrae
    expected = [[331, 28], [396, 37], [357, 1], [405, 9]]
    np.testing.assert_array_equal(vertebra.corners, expected)
    np.testing.assert_array_equal(vertebra.box, [331, 1, 405, 37])
    assert (vertebra.fault, vertebra.label) == (None, 0)


def test_txt_is_shares_of_the_image_and_rounds_back_to_whole_pixels():
    line = (
        b'0 0.367188 0.178906 0.243750 0.114062 0.292187 0.129688 2 '
        b'0.253125 0.207813 2 0.450000 0.225000 2 0.482812 0.140625 2\n\n'
    )
    (vertebra,) = parse_txt(line, 640, 640).vertebrae
    expected = [[187, 83], [162, 133], [288, 144], [309, 90]]
    np.testing.assert_array_equal(vertebra.corners, expected)
    np.testing.assert_allclose(vertebra.box, [157, 78, 313, 151], atol=1e-3)


def test_txt_uses_each_sides_own_length():
    line = b'0 .5 .5 .5 .5 .25 .25 .25 .75 .75 .75 .75 .25'
    (vertebra,) = parse_txt(line, 400, 1000).vertebrae
    expected = [[100, 250], [100, 750], [300, 750], [300, 250]]
    np.testing.assert_array_equal(vertebra.corners, expected)


@pytest.mark.parametrize(
    ('points', 'fault'),
    [
        (QUAD[:3], 'corner_missing'),
        ([*QUAD, [1, 2, 1]], 'corner_missing'),
        ('text', 'corner_missing'),
        ([*QUAD[:3], [1]], 'corner_malformed'),
        ([*QUAD[:3], ['a', 2, 1]], 'corner_malformed'),
        ([*QUAD[:3], [True, 2, 1]], 'corner_malformed'),
        ([*QUAD[:3], [float('nan'), 2, 1]], 'not_finite'),
        ([*QUAD[:3], [None, 2, 1]], 'not_finite'),
        ([*QUAD[:3], [1, float('inf'), 1]], 'not_finite'),
        ([*QUAD[:3], [1, 2, float('nan')]], 'not_finite'),
        ([[5, 5, 0]] * 4, 'vertebra_unlabelled'),
    ],
)
def test_fault_of_one_vertebra(points, fault):
    (vertebra,) = one(points).vertebrae
    assert (vertebra.fault, vertebra.corners) == (fault, None)


def test_corner_that_is_not_labelled_becomes_nan():
    (vertebra,) = one([[9, 9, 0], *QUAD[1:]]).vertebrae
    assert np.isnan(vertebra.corners[0]).all()
    assert np.isfinite(vertebra.corners[1:]).all()


def test_lists_of_other_length_are_noted_and_not_used():
    labels = one(QUAD, boxes=[])
    assert labels.notes == ['list_lengths_differ']
    assert labels.vertebrae[0].box is None


@pytest.mark.parametrize(
    'content',
    [b'', b'{"boxes": [[1, 2', b'[]', b'{"boxes": []}', b'\xff\xfe{', b'[' * 99999],
)
def test_json_that_cannot_be_read(content):
    with pytest.raises(LabelError):
        parse_json(content)


def test_txt_that_is_no_number():
    with pytest.raises(LabelError, match='YOLO'):
        parse_txt(b'0 0.5 abc', 640, 640)


def test_txt_line_of_another_length():
    (vertebra,) = parse_txt(b'0 .5 .5 .2 .2 .1 .1 2', 640, 640).vertebrae
    assert vertebra.fault == 'corner_missing'


def test_empty_files_have_no_vertebra():
    assert parse_txt(b' \n', 640, 640).vertebrae == []
    assert parse_json(b'{"keypoints": [], "boxes": [], "labels": []}').vertebrae == []


@pytest.mark.parametrize(
    'content',
    [b'', b'[', b'\xff\xfe', b'names: 3', b'names: [vertebra, [L5], 5]', b'nc: 1',
     b'names: {x: L5}'],
)  # fmt: skip
def test_classes_that_tell_no_more_than_that_they_are_vertebrae(content):
    assert class_names(content) == {}


@pytest.mark.parametrize(
    'content', [b'names: [vertebra, L5, disc]', b'names: {0: body, 1: L5, 2: L5/S1}']
)
def test_classes_that_are_levels_or_no_vertebrae(content):
    names = class_names(content)
    line = b'%d .5 .5 .2 .2 .4 .4 2 .6 .4 2 .4 .6 2 .6 .6 2\n'
    text = b''.join(line % number for number in (0, 1, 2, 3))
    found = parse_txt(text, 640, 640, names)
    assert [(v.index, v.level, v.label) for v in found.vertebrae] == [
        (0, None, 0), (1, 'L5', 0), (3, None, 3),
    ]  # fmt: skip
    assert found.notes == ['shape_unused']
    assert (found.lowest, found.level_origin) == (None, 'file')


values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=3) | st.integers(),
    lambda inner: st.lists(inner, max_size=5),
    max_leaves=30,
)


@given(boxes=values, keypoints=values, labels=values)
def test_any_json_value_gives_vertebrae_or_a_label_error(boxes, keypoints, labels):
    content = json.dumps({'boxes': boxes, 'keypoints': keypoints, 'labels': labels})
    try:
        found = parse_json(content.encode())
    except LabelError:
        return
    for vertebra in found.vertebrae:
        assert (vertebra.corners is None) == (vertebra.fault is not None)


@given(st.binary(max_size=60))
def test_any_bytes_as_text_labels(content):
    try:
        found = parse_txt(content, 640, 480)
    except LabelError:
        return
    for vertebra in found.vertebrae:
        assert (vertebra.corners is None) == (vertebra.fault is not None)
