"""The tool end to end."""

import json


def test_writes_and_then_refuses_to_overwrite(tmp_path, run_tool):
    out = tmp_path / 'phantoms'
    done = run_tool('make_phantoms.py', out, '--num', 4, '--seed', 1)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.strip().splitlines()) == 1
    assert str(out) in done.stdout
    truth = json.loads((out / 'truth.json').read_text())
    assert len(truth['films']) == 6  # 4 labelled, 2 for testing
    assert all((out / film['file']).is_file() for film in truth['films'])
    raw = out / 'Train' / 'Keypointrcnn_data'
    for split, number in (('train', 3), ('val', 1)):
        assert len(list((raw / 'images' / split).iterdir())) == number
        assert len(list((raw / 'labels' / split).iterdir())) == number
    assert len(list((out / 'Test').iterdir())) == 2

    again = run_tool('make_phantoms.py', out, '--num', 4)
    assert again.returncode == 2
    assert again.stderr.strip().splitlines()[-1].startswith('error:')
    assert '--force' in again.stderr
