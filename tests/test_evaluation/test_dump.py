import pickle

import numpy as np
import pytest
import torch

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
