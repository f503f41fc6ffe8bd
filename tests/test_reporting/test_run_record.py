import json

import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.reporting.run_record import load_run, load_scalars


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
        path.write_text('\n'.join(map(json.dumps, lines)) + '\n{"step": 3, "lo')
    scalars = load_scalars(tmp_path)
    assert [s['loss'] for s in scalars if 'loss' in s] == [3.0, 1.5]
    assert [s['corner/MRE_px'] for s in scalars if 'corner/MRE_px' in s] == [9.0]


def test_folder_that_is_no_run(tmp_path):
    with pytest.raises(SpondyloError, match='holds no config'):
        load_run(tmp_path)
    (tmp_path / 'config.py').write_text('')
    with pytest.raises(SpondyloError, match='--dump'):
        load_run(tmp_path)
