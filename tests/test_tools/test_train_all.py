"""tools/train_all.py as a user runs it, with real trainings of tiny models."""

import json

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow

CONFIGS = ROOT / 'tests' / 'configs'


def test_series_from_training_to_comparison(phantoms, tmp_path, run_tool):
    broken = tmp_path / 'broken.py'
    text = (CONFIGS / 'tiny_unet.py').read_text().replace('../../', f'{ROOT}/')
    # Found out when the model is built, not when the config is read.
    broken.write_text(text.replace('channels=(8, 16, 32, 32)', "channels='none'"))
    out = tmp_path / 'out'
    command = [
        broken, CONFIGS / 'tiny.py', CONFIGS / 'tiny_detector.py', '--smoke',
        '--no-pretrained', '--out', out, '--detector', CONFIGS / 'tiny_detector.py',
        '--cfg-options', f'data_root={phantoms}',
    ]  # fmt: skip
    done = run_tool.fresh('train_all.py', *command, OMP_NUM_THREADS='1')
    assert done.returncode == 1, done.stdout + done.stderr
    assert '3 recipes: tiny_detector, broken, tiny;' in done.stdout
    (failure,) = [x for x in done.stderr.splitlines() if x.startswith('failed: ')]
    assert failure.startswith('failed: broken, training: ')
    assert str(out / 'logs' / 'broken_train.log') in failure
    state = json.loads((out / 'experiments.json').read_text())['recipes']
    assert {name: entry['status'] for name, entry in state.items()} == {
        'tiny_detector': 'done', 'broken': 'failed', 'tiny': 'done'
    }  # fmt: skip
    comparison = json.loads((out / 'comparison' / 'comparison.json').read_text())
    runs = [[run['name'] for run in q['runs']] for q in comparison['questions']]
    assert sorted(runs) == [['tiny'], ['tiny with tiny_detector']]
    assert done.stdout.splitlines()[-1] == f'report: {out / "report.html"}'
    assert 'tiny_detector' in (out / 'report.html').read_text()

    (best,) = (out / 'tiny').glob('best_*.pth')
    before = best.stat().st_mtime_ns
    again = run_tool('train_all.py', *command[1:])
    assert again.returncode == 0, again.stdout + again.stderr
    for text in (
        'tiny: is trained already, 2 epochs, best corner/MRE_px',
        'tiny: is tested already',
        'tiny: is tested with tiny_detector already',
        'tiny_detector: is tested already',
    ):
        assert text in again.stdout
    assert best.stat().st_mtime_ns == before

    other = run_tool('train_all.py', *command[1:], '--seed', 3)
    assert other.returncode == 2
    assert other.stderr.splitlines()[-1] == (
        f'error: {out}: was begun with other options: --seed was not given, is 3; give '
        'the same ones, or choose another --out'
    )
