import json
import pickle

import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.metrics.atomic_dump_results import AtomicDumpResults
from spondylo_mmpose.reporting.run_record import load_run, load_scalars
from tests.test_evaluation.helpers import film_records, sample_of

SQUARE = [[0.0, 0.0], [40.0, 0.0], [0.0, 30.0], [40.0, 30.0]]


def test_scalars_of_a_resumed_run_are_joined(tmp_path):
    logs = {
        '20260101_000000': [
            {'step': 1, 'loss': 3.0}, {'step': 1, 'corner/MRE_px': 9.0},
            {'step': 2, 'loss': 2.0}, {'lr': 1.0},
        ],
        '20260101_000100': [{'step': 2, 'loss': 1.5}],
    }  # fmt: skip
    for name, lines in logs.items():
        path = tmp_path / name / 'vis_data' / 'scalars.json'
        path.parent.mkdir(parents=True)
        path.write_text('\n'.join(map(json.dumps, lines)) + '\n7\n[1]\n{"step": 3, "lo')
    scalars = load_scalars(tmp_path)
    assert [s['loss'] for s in scalars if 'loss' in s] == [3.0, 1.5]
    assert [s['corner/MRE_px'] for s in scalars if 'corner/MRE_px' in s] == [9.0]


def test_folder_that_is_no_run(tmp_path):
    with pytest.raises(SpondyloError, match='holds no config'):
        load_run(tmp_path)
    (tmp_path / 'config.py').write_text('')
    with pytest.raises(SpondyloError, match='--dump'):
        load_run(tmp_path)


def write_dump(path, sample):
    metric = AtomicDumpResults(str(path))
    metric.process(None, [sample])
    metric.compute_metrics(metric.results)


def test_damaged_predictions_and_config_are_named(tmp_path):
    (tmp_path / 'config.py').write_text('model = (')
    dump = tmp_path / 'predictions.pkl'
    dump.write_bytes(pickle.dumps([{}]))
    with pytest.raises(SpondyloError, match=r'predictions\.pkl: a data sample'):
        load_run(tmp_path)
    record = film_records([SQUARE], [SQUARE])[0]
    sample = sample_of(record)
    write_dump(dump, {k: v for k, v in sample.items() if k != 'id'})
    with pytest.raises(SpondyloError, match=r"predictions\.pkl: .*'id'"):
        load_run(tmp_path)
    write_dump(dump, sample)
    with pytest.raises(SpondyloError, match=r'config\.py: is no valid config: Syntax'):
        load_run(tmp_path)
    (tmp_path / 'config.py').write_text('model = 1')
    assert [r.vertebra_id for r in load_run(tmp_path).records] == [record.vertebra_id]
