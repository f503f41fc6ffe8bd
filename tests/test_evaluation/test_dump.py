import pickle

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation import AtomicDumpResults
from spondylo_mmpose.evaluation.dump import load_dump


class Evil:
    def __reduce__(self):
        return print, ('code from the file ran',)


def dump(path, samples):
    metric = AtomicDumpResults(out_file_path=str(path))
    metric.process({}, samples)
    metric.evaluate(len(samples))


def test_round_trip_without_torch_objects_or_targets(tmp_path):
    sample = {
        'id': np.int64(7),
        'img_path': 'a.png',
        'pred_instances': {'keypoints': np.arange(8.0).reshape(1, 4, 2)},
        'gt_instances': {'scores': torch.ones(2)},
        'gt_fields': {'heatmaps': torch.ones(4, 64, 64)},
        'gt_instance_labels': {'keypoint_weights': torch.ones(4)},
        'shape': (640, 640),
    }
    path = tmp_path / 'new' / 'x.pkl'
    dump(path, [sample])
    (read,) = load_dump(path)
    assert set(read) == {'id', 'img_path', 'pred_instances', 'gt_instances', 'shape'}
    assert read['id'] == 7
    assert (read['pred_instances']['keypoints'] == np.arange(8).reshape(1, 4, 2)).all()
    assert isinstance(read['gt_instances']['scores'], np.ndarray)
    assert [p.name for p in path.parent.iterdir()] == ['x.pkl']


def test_code_in_a_dump_is_not_run(tmp_path, capsys):
    path = tmp_path / 'evil.pkl'
    path.write_bytes(pickle.dumps([{'a': Evil()}]))
    with pytest.raises(SpondyloError, match='no place in a dump'):
        load_dump(path)
    assert capsys.readouterr().out == ''


class FromBytes:
    def __reduce__(self):
        return np.ndarray, ((1,), np.dtype('O'), bytearray(b'anywhere'))


@pytest.mark.parametrize(
    'sample',
    [
        {'a': np.array([None, {}], dtype=object)},
        {'a': np.zeros(2, dtype=[('x', 'O')])},
        {'a': FromBytes()},
        {'a': np.ndarray},
        {'a': torch.zeros(2)},
    ],
    ids=['objects', 'fields', 'pointers', 'class', 'tensor'],
)
@pytest.mark.parametrize('protocol', [2, 5])
def test_anything_but_plain_arrays_is_refused(tmp_path, sample, protocol):
    path = tmp_path / 'x.pkl'
    path.write_bytes(pickle.dumps([sample], protocol))
    if sample['a'] is np.ndarray:  # a mere word; there is nothing to call
        assert load_dump(path) == [{'a': 'ndarray'}]
        return
    with pytest.raises(SpondyloError, match='is no dump'):
        load_dump(path)


@pytest.mark.parametrize('protocol', [3, 4, 5])
@pytest.mark.parametrize(
    'array',
    [
        np.arange(24, dtype=np.float32).reshape(3, 4, 2),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(12)[::3],
        np.array(['S1', 'L5']),
        np.array(2.5, dtype='>f8'),
        np.zeros((0, 4, 2)),
        np.array([True, False]),
    ],
)
def test_arrays_of_every_protocol_come_back(tmp_path, array, protocol):
    path = tmp_path / 'x.pkl'
    path.write_bytes(pickle.dumps([{'a': array}], protocol))
    ((read,),) = (sample.values() for sample in load_dump(path))
    assert read.dtype.newbyteorder('=') == array.dtype.newbyteorder('=')
    assert read.shape == array.shape
    assert (read == array).all()
    read[...] = read  # it can be written to


def test_a_place_in_the_memo_that_takes_all_memory_is_refused(tmp_path):
    path = tmp_path / 'x.pkl'
    path.write_bytes(b'\x80\x04]r\xff\xff\xff\x7f.')
    with pytest.raises(SpondyloError, match='no memo has the place 2147483647'):
        load_dump(path)


DUMP = pickle.dumps(
    [{'id': 1, 'pred': {'keypoints': np.arange(8.0).reshape(1, 4, 2)}, 'n': 'a'}], 5
)


@settings(max_examples=300, deadline=None)
@given(place=st.integers(0, len(DUMP) - 1), bytes_=st.binary(min_size=1, max_size=3))
def test_a_damaged_dump_is_read_or_refused_in_one_line(place, bytes_, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / 'damaged.pkl'
    path.write_bytes(DUMP[:place] + bytes_ + DUMP[place + len(bytes_) :])
    try:
        load_dump(path)
    except SpondyloError as error:
        assert '\n' not in str(error)


@pytest.mark.parametrize(
    'content', [b'', b'hello', pickle.dumps({'a': 1}), b'\x80\x04K']
)
def test_damaged_dump_is_one_line(tmp_path, content):
    path = tmp_path / 'x.pkl'
    path.write_bytes(content)
    with pytest.raises(SpondyloError, match=r'x\.pkl: is no dump') as error:
        load_dump(path)
    assert '\n' not in str(error.value)


def test_missing_dump_says_how_to_make_one(tmp_path):
    with pytest.raises(SpondyloError, match='--dump'):
        load_dump(tmp_path / 'x.pkl')
