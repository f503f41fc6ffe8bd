"""The tool end to end."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path


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


def test_interrupt_is_one_line_and_leaves_nothing(tmp_path):
    tool = Path(__file__).parents[2] / 'tools' / 'make_phantoms.py'
    done = subprocess.Popen(
        [sys.executable, tool, tmp_path / 'out', '--num', '800', '--workers', '2'],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        while not list(tmp_path.rglob('*.jpg')) and done.poll() is None:
            time.sleep(0.05)
        # As a terminal does it: to all processes.
        os.killpg(done.pid, signal.SIGINT)
        _, errors = done.communicate(timeout=60)
    finally:
        done.kill()
    assert errors == 'interrupted\n'
    assert done.returncode == 130
    assert list(tmp_path.iterdir()) == []
