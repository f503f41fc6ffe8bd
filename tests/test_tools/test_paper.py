"""The tool on tiny data, end to end."""

import json

import pytest

from spondylo_mmpose.converters.data_root import read_root
from spondylo_mmpose.utils.io import write_json
from tests.test_evaluation.offline_helpers import samples_of, shifted
from tests.test_reporting.test_run_record import foreign, write_dump


@pytest.fixture
def data(phantoms, tmp_path):
    path = max(phantoms.glob('annotations/*.json'), key=lambda p: p.stat().st_size)
    content = json.loads(path.read_text())
    run = tmp_path / 'run'
    run.mkdir()
    (run / 'config.py').write_text('model = 1')
    samples = samples_of(content, shifted(content, [2, 0]), f'{phantoms}/images/')
    write_dump(run / 'predictions.pkl', *samples)
    write_json(tmp_path / 'theirs.json', foreign(read_root(path).films, 1.0))
    return tmp_path, path


def test_our_run_and_foreign_predictions(data, run_tool):
    folder, annotations = data
    out = folder / 'paper'
    done = run_tool.fresh(
        'paper.py', f'ours={folder}/run', folder / 'theirs.json', '--annotations',
        annotations, '--out', out, '--films', 1,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert f'written: {out / "provenance.json"}' in done.stdout.splitlines()
    note = 'note: ours: no facts of the run (run.json); test again with tools/test.py'
    assert note in done.stdout
    values = (out / 'table2_given_boxes_px.csv').read_text().splitlines()[1]
    assert values.startswith('ours,2.0')
    values = (out / 'table2_end_to_end_px.csv').read_text().splitlines()[1]
    assert values.startswith('theirs,1.0')


def test_bad_input_is_one_line(tmp_path, run_tool):
    done = run_tool('paper.py', tmp_path / 'none', '--out', tmp_path / 'paper')
    assert done.returncode == 2
    assert done.stderr == (
        f'error: {tmp_path}/none: no such run; name a work directory or a file of '
        'predictions\n'
    )
    assert not (tmp_path / 'paper').exists()
