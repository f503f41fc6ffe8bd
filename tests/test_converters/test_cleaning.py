import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spondylo_mmpose.converters.cleaning import clean
from spondylo_mmpose.converters.conversion_report import KINDS
from spondylo_mmpose.converters.encodings import ENCODINGS
from spondylo_mmpose.converters.formats.mendeley_labels import (
    USUAL,
    parse_json,
    parse_txt,
)
from spondylo_mmpose.converters.labels import LabelError
from spondylo_mmpose.spine import anatomy

from .helpers import (
    encode,
    json_bytes,
    json_labels,
    make_spine,
    txt_bytes,
    usual_json,
    usual_txt,
)

SPINE = make_spine()


def run(labels, size=(640, 640)):
    """Clean spine and the kinds noted."""
    notes = []
    spine = clean(labels, *size, lambda kind, **detail: notes.append((kind, detail)))
    assert all(kind in KINDS for kind, _ in notes)
    return spine, notes


def run_json(change=None, spine=SPINE):
    """Clean a JSON file with the vertebrae upward, after ``change(data)``."""
    data = json_labels(encode(spine[::-1], 'BL-BR-TL-TR'))
    if change:
        change(data)
    return run(parse_json(json.dumps(data).encode()))


@pytest.mark.parametrize('labels', [usual_json(SPINE), usual_txt(SPINE)])
def test_both_formats_give_the_same_spine(labels):
    parsed = parse_json(labels) if labels[:1] == b'{' else parse_txt(labels, 640, 640)
    spine, notes = run(parsed)
    np.testing.assert_array_equal(spine.corners, SPINE)
    assert spine.levels == ['S1', 'L5', 'L4', 'L3', 'L2', 'L1']
    assert spine.orders == [0, 1, 2, 3, 4, 5]
    assert notes == []


@given(
    number=st.integers(3, 8),
    sacral=st.floats(0, 62),
    stretch=st.floats(0.8, 1.5),
    facing=st.sampled_from(['left', 'right']),
    encoding=st.sampled_from(sorted(ENCODINGS)),
    file_format=st.sampled_from(['json', 'txt']),
    shuffle=st.randoms(use_true_random=False),
)
def test_any_valid_spine_comes_out_canonical(
    number, sacral, stretch, facing, encoding, file_format, shuffle
):
    spine = make_spine(number, sacral, stretch, facing)
    listed = list(range(number))
    shuffle.shuffle(listed)
    raw = encode(spine[listed], encoding)
    if file_format == 'json':
        labels = parse_json(json_bytes(raw))
    else:
        labels = parse_txt(txt_bytes(raw), 640, 640)
    found, notes = run(labels)
    np.testing.assert_array_equal(found.corners, spine)
    assert found.encoding == encoding
    usual = USUAL[file_format]
    expected = {'encoding_unusual'} if encoding != usual else set()
    if listed != list(range(number))[::-1]:
        expected.add('unsorted_file')
    assert {kind for kind, _ in notes} == expected


def test_bow_tie_leaves_a_gap_in_orders_and_levels():
    def swap(data):
        points = data['keypoints'][3]  # third from below: L4
        points[0], points[1] = points[1], points[0]

    found, notes = run_json(swap)
    assert notes == [('bow_tie', {'vertebra': 3})]
    assert found.orders == [0, 1, 3, 4, 5]
    assert found.levels == ['S1', 'L5', 'L3', 'L2', 'L1']
    np.testing.assert_array_equal(found.corners, SPINE[[0, 1, 3, 4, 5]])


@pytest.mark.parametrize(
    'permutation',
    [[1, 0, 3, 2], [2, 3, 0, 1], [3, 2, 1, 0]],
    ids=['mirrored', 'upside down', 'turned'],
)
def test_vertebra_that_disagrees_is_not_relabelled(permutation):
    def permute(data):
        data['keypoints'][3] = [data['keypoints'][3][i] for i in permutation]

    found, notes = run_json(permute)
    assert notes == [('order_disagrees', {'vertebra': 3})]
    assert found.orders == [0, 1, 3, 4, 5]


@pytest.mark.parametrize(
    ('point', 'kind'),
    [
        ([float('nan'), 10, 1], 'not_finite'),
        ([10, None, 1], 'not_finite'),
        ([-1.5, 300, 1], 'corner_outside'),
        ([1e300, 300, 1], 'corner_outside'),
        (['x', 300, 1], 'corner_malformed'),
    ],
)
def test_faulty_corner_costs_its_vertebra_only(point, kind):
    def spoil(data):
        data['keypoints'][4][2] = point

    found, notes = run_json(spoil)
    assert [note[0] for note in notes] == [kind]
    assert found.levels == ['S1', 'L4', 'L3', 'L2', 'L1']
    np.testing.assert_array_equal(found.corners, SPINE[[0, 2, 3, 4, 5]])


def test_corner_one_pixel_outside_moves_onto_the_border():
    spine = SPINE.copy()
    spine[..., 0] -= spine[..., 0].min() + 1
    found, notes = run_json(spine=spine)
    assert [kind for kind, _ in notes] == ['corner_clamped']
    np.testing.assert_array_equal(found.corners, np.maximum(spine, 0))


def test_tolerance_grows_with_the_film():
    spine = make_spine(size=3200)
    spine[..., 0] -= spine[..., 0].min() + 4
    found, notes = run(parse_json(usual_json(spine)), (3200, 3200))
    assert [kind for kind, _ in notes] == ['corner_clamped']
    assert len(found.corners) == 6


def test_stray_box_is_no_vertebra_and_takes_no_level():
    def add(data):
        data['keypoints'].append(
            [[300, 602, 1], [318, 602, 1], [300, 600, 1], [318, 600, 1]]
        )
        data['boxes'].append([300, 600, 318, 602])
        data['labels'].append(0)

    found, notes = run_json(add)
    assert notes == [('stray_box', {'vertebra': 6, 'size': [18.0, 2.0]})]
    assert found.levels[0] == 'S1'
    np.testing.assert_array_equal(found.corners, SPINE)


def test_duplicate_takes_no_level():
    def add(data):
        shifted = [[x + 1, y, v] for x, y, v in data['keypoints'][1]]
        data['keypoints'].append(shifted)
        data['boxes'].append(data['boxes'][1])
        data['labels'].append(0)

    found, notes = run_json(add)
    assert notes == [('vertebra_duplicated', {'vertebra': 6, 'same_as': 1})]
    np.testing.assert_array_equal(found.corners, SPINE)


def test_corner_without_label_stays_nan():
    def hide(data):
        data['keypoints'][0][2] = [0, 0, 0]  # superior left of the uppermost

    found, notes = run_json(hide)
    assert notes == [('corner_unlabelled', {'vertebra': 0, 'corner': 2})]
    assert np.argwhere(np.isnan(found.corners).any(axis=2)).tolist() == [[5, 0]]


def test_two_corners_in_one_place():
    def merge(data):
        data['keypoints'][2][1] = data['keypoints'][2][0]

    _, notes = run_json(merge)
    assert notes == [('corners_coincide', {'vertebra': 2})]


def test_concave_quad_is_kept_and_listed():
    def dent(data):
        x, y, _ = data['keypoints'][2][2]  # superior left
        data['keypoints'][2][0] = [x + 40, y + 8, 1]

    found, notes = run_json(dent)
    assert notes == [('quad_concave', {'vertebra': 2})]
    assert len(found.corners) == 6


def test_a_corner_far_aside_costs_its_vertebra():
    def drag(data):
        data['keypoints'][3][0][0] -= 180  # inferior left of L4

    found, notes = run_json(drag)
    assert [kind for kind, _ in notes] == ['side_overlong']
    assert found.levels == ['S1', 'L5', 'L3', 'L2', 'L1']


def test_unsorted_files_tell_whether_they_are_reversed():
    def swap_two(data):
        points = data['keypoints']
        points[4], points[5] = points[5], points[4]
        boxes = data['boxes']
        boxes[4], boxes[5] = boxes[5], boxes[4]

    def reverse(data):
        data['keypoints'].reverse()
        data['boxes'].reverse()

    assert run_json(swap_two)[1] == [('unsorted_file', {'reversed': False})]
    assert run_json(reverse)[1] == [('unsorted_file', {'reversed': True})]


def test_box_elsewhere_and_another_class():
    def spoil(data):
        data['boxes'][0] = [1, 1, 9, 9]
        data['labels'][1] = 2

    found, notes = run_json(spoil)
    assert notes == [
        ('class_unexpected', {'vertebra': 1}),
        ('box_disagrees', {'vertebra': 0}),
    ]
    np.testing.assert_array_equal(found.corners, SPINE)


def test_nothing_left():
    def spoil(data):
        data['keypoints'] = [points[:3] for points in data['keypoints']]

    found, notes = run_json(spoil)
    assert found is None
    kinds = [kind for kind, _ in notes]
    assert kinds == [*['corner_missing'] * 6, 'vertebrae_all_faulty']
    assert run(parse_json(b'{"keypoints": []}'))[1] == [('labels_empty', {})]


@settings(max_examples=150)
@given(st.data())
def test_random_corruption_never_crashes_and_never_passes_silently(data):
    """A spoiled number, a dropped corner or a permuted vertebra is always told."""
    labels = json_labels(encode(SPINE[::-1], 'BL-BR-TL-TR'))
    vertebra = data.draw(st.integers(0, 5))
    points = labels['keypoints'][vertebra]
    corner = data.draw(st.integers(0, 3))
    what = data.draw(st.sampled_from(['number', 'drop', 'permute', 'copy', 'visible']))
    if what == 'number':
        bad = st.sampled_from([float('nan'), float('inf'), None, 'x', -1.0, 1e9, []])
        points[corner][data.draw(st.integers(0, 1))] = data.draw(bad)
    elif what == 'drop':
        del points[corner]
    elif what == 'permute':
        order = data.draw(st.permutations(range(4)).filter(lambda p: p != [0, 1, 2, 3]))
        # A quarter turn of one vertebra is a valid quad; nothing in it is wrong.
        if order in ([1, 3, 0, 2], [2, 0, 3, 1]):
            return
        labels['keypoints'][vertebra] = [points[i] for i in order]
    elif what == 'copy':
        for name in ('keypoints', 'boxes', 'labels'):
            labels[name].insert(data.draw(st.integers(0, 6)), labels[name][vertebra])
    else:
        points[corner][2] = data.draw(st.sampled_from([0, -1, None, 'x']))
    found, notes = run(parse_json(json.dumps(labels).encode()))
    assert notes
    assert np.isfinite(found.corners).all() or what == 'visible'
    assert (np.diff(found.orders) > 0).all()


@settings(max_examples=150)
@given(position=st.integers(0, 900), junk=st.binary(max_size=4), cut=st.booleans())
def test_random_bytes_in_a_file_never_crash(position, junk, cut):
    for content, is_json in ((usual_json(SPINE), True), (usual_txt(SPINE), False)):
        at = position % len(content)
        spoiled = content[:at] + (b'' if cut else junk + content[at + len(junk) :])
        try:
            labels = parse_json(spoiled) if is_json else parse_txt(spoiled, 640, 640)
        except LabelError:
            continue
        found, _ = run(labels)
        if found is not None:
            upward = anatomy.order_upward(found.corners)
            assert (upward == np.arange(len(upward))).all()


def test_boxes_drawn_as_quads_may_overlap():
    tops = np.array([500.0, 460.0, 400.0])
    spine = np.array([[[200, y], [290, y], [200, y + 60], [290, y + 60]] for y in tops])
    found, notes = run_json(spine=spine)
    assert (len(found.corners), notes) == (3, [])
    # A body that is tilted is no box: the same overlap can't be true of both.
    spine[1, :, 1] += [0, 1, 0, 1]
    found, notes = run_json(spine=spine)
    assert [kind for kind, _ in notes[:2]] == ['vertebrae_overlap'] * 2
