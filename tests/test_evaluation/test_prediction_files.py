import json
import pickle

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.prediction_files import read_predictions
from spondylo_mmpose.evaluation.prediction_json import write_predictions
from spondylo_mmpose.utils.io import read_json
from tests.test_evaluation.helpers import assert_same_predictions
from tests.test_evaluation.offline_helpers import samples_of, shifted, write_truth


@pytest.fixture
def content(tmp_path):
    return read_json(write_truth(tmp_path))


@pytest.fixture
def dump(tmp_path, content):
    path = tmp_path / 'dump.any'
    path.write_bytes(pickle.dumps(samples_of(content, shifted(content, [3, 4])), 5))
    return path


def test_a_dump_becomes_json_of_the_same_numbers(tmp_path, dump):
    read = read_predictions(dump)
    again = read_predictions(write_predictions(tmp_path / 'p.any', read))
    assert_same_predictions(again, read)


def test_coco_results_are_told_by_their_content(tmp_path, content):
    path = tmp_path / 'results.pkl'
    entry = {'image_id': 2, 'category_id': 1, 'keypoints': [1] * 12, 'score': 1}
    path.write_text('\n ' + json.dumps([entry]))
    (film,) = read_predictions(path, [content]).films
    assert film.file_name == 'a/two.png'


@pytest.mark.parametrize(
    ('written', 'message'),
    [
        (b'', 'holds no predictions; name our JSON'),
        (b'file_name,x,y\n', 'holds no predictions; name our JSON'),
        (b'PK\x03\x04', 'holds no predictions'),
        (b'{"a": ', 'cannot be read as JSON'),
        (b'{}', 'needs "format"'),
        (b'[NaN]', 'NaN is not a number'),
        (b'{"images": [], "annotations": []}', 'is a file of annotations'),
        (b'\x80\x04', 'is no dump of predictions'),
        (pickle.dumps([]), 'holds no predictions'),
        (pickle.dumps([{'id': 3}]), 'is not one of'),
        (b'[[]]', 'entry 1 is no object'),
    ],
)
def test_a_wrong_file_is_one_line_that_names_it_once(tmp_path, written, message):
    path = tmp_path / 'x.bin'
    path.write_bytes(written)
    with pytest.raises(SpondyloError, match=message) as error:
        read_predictions(path)
    assert str(error.value).startswith(f'{path}: ')
    assert str(error.value).count(str(path)) == 1
    assert '\n' not in str(error.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SpondyloError, match='no such file'):
        read_predictions(tmp_path / 'x.json')
    with pytest.raises(SpondyloError, match='no such file'):
        read_predictions(tmp_path)


OURS = b'{"format": "spondylo_mmpose predictions", "format_version": "1.0", '


@settings(max_examples=300, deadline=None)
@given(start=st.sampled_from([b'', b'\x80\x05', b'{', b'[', OURS]), rest=st.binary())
@example(start=b'[' * 100_000, rest=b'')
@example(start=b'[' + b'9' * 5000, rest=b']')
@example(start=b'\x80\x04', rest=b'(' * 100_000 + b't' * 100_000 + b'.')
def test_any_bytes_are_read_or_refused_in_one_line(start, rest, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / 'any.bin'
    path.write_bytes(start + rest)
    try:
        read_predictions(path)
    except SpondyloError as error:
        assert '\n' not in str(error)


@settings(max_examples=200, deadline=None)
@given(place=st.floats(0, 1), bytes_=st.binary(min_size=1, max_size=4))
def test_a_damaged_dump_is_read_or_refused(place, bytes_, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp()
    content = read_json(write_truth(folder))
    whole = pickle.dumps(samples_of(content, shifted(content, [0, 0]))[:2], 5)
    at = int(place * (len(whole) - 1))
    path = folder / 'any.pkl'
    path.write_bytes(whole[:at] + bytes_ + whole[at + len(bytes_) :])
    try:
        read = read_predictions(path)
    except SpondyloError as error:
        assert '\n' not in str(error)
    else:
        assert all(np.shape(film.corners)[1:] == (4, 2) for film in read.films)
