"""Trainings by several processes."""

import os
import signal
import subprocess
import sys
import time

import pytest
import torch
from mmengine.config import Config

from spondylo_mmpose.engine import processes
from spondylo_mmpose.engine.processes import (
    check_processes,
    check_started,
    run_processes,
    share_batch,
)
from spondylo_mmpose.errors import SpondyloError
from tests.conftest import ROOT


def program(text):
    return [sys.executable, '-c', 'import os, sys, time\n' + text]


def test_a_batch_is_shared():
    config = Config({'train_dataloader': {'batch_size': 8}})
    share_batch(config, 4)
    assert config.train_dataloader.batch_size == 2
    with pytest.raises(SpondyloError, match='--processes 3: cannot share a batch of 2'):
        share_batch(config, 3)


def test_as_many_train_as_share_the_batch(monkeypatch):
    with pytest.raises(SpondyloError, match='--processes 4: 1 of them started'):
        check_started(4)
    monkeypatch.setattr(processes, 'get_world_size', lambda: 4)
    check_started(4)


def test_each_process_has_a_gpu_where_there_are_any(monkeypatch):
    check_processes(2, 'auto')
    monkeypatch.setattr(torch.cuda, 'device_count', lambda: 2)
    check_processes(2, 'auto')
    check_processes(3, 'cpu')
    with pytest.raises(SpondyloError, match='there are 2 GPUs'):
        check_processes(3, 'auto')


def test_processes_know_each_other(tmp_path, monkeypatch, capfd):
    monkeypatch.delenv('OMP_NUM_THREADS', raising=False)
    names = ('RANK', 'LOCAL_RANK', 'WORLD_SIZE', 'OMP_NUM_THREADS', 'MASTER_PORT')
    text = (
        f"told = [os.environ[name] for name in {names}]\n"
        f"open(os.path.join({str(tmp_path)!r}, told[0]), 'w').write(' '.join(told))\n"
        "print('I am', told[0])"
    )  # fmt: skip
    assert run_processes(3, program(text)) == 0
    told = [(tmp_path / str(rank)).read_text().split() for rank in range(3)]
    assert [one[:3] for one in told] == [[str(r), str(r), '3'] for r in range(3)]
    assert all(int(one[3]) >= 1 for one in told)
    assert len({one[4] for one in told}) == 1
    # The first one alone speaks.
    assert capfd.readouterr().out == 'I am 0\n'


def test_the_first_tells_why_all_failed(capfd):
    text = "print('error: no such recipe', file=sys.stderr); sys.exit(2)"
    assert run_processes(2, program(text)) == 2
    assert capfd.readouterr().err == 'error: no such recipe\n'


@pytest.mark.parametrize('last', ['time.sleep(60)', 'time.sleep(0.3); sys.exit(70)'])
def test_another_that_fails_ends_all_and_is_told(last):
    text = (
        "if os.environ['RANK'] == '1':\n"
        "    print('error: disk full\\n', file=sys.stderr); sys.exit(2)\n"
        + last
    )  # fmt: skip
    with pytest.raises(SpondyloError, match=r'process 2 of 2 .* status 2: disk full'):
        run_processes(2, program(text))


def test_one_that_is_killed_has_the_status_of_shells():
    text = 'import signal; os.kill(os.getpid(), signal.SIGKILL)'
    assert run_processes(1, program(text)) == 128 + signal.SIGKILL


def test_interrupted_all_may_tidy_up(tmp_path):
    """Ctrl-C in a terminal reaches the whole group, and each tidies up once."""
    child = (
        'import os, signal, sys, time\n'
        'path = os.path.join(sys.argv[1], os.environ["RANK"])\n'
        'def end(*_):\n'
        '    open(path, "a").write("x"); time.sleep(0.5); sys.exit(143)\n'
        'signal.signal(signal.SIGTERM, end)\n'
        'open(path, "w").close()\n'
        'time.sleep(60)\n'
    )
    parent = (
        'import sys\n'
        'from spondylo_mmpose.engine.processes import run_processes\n'
        'from spondylo_mmpose.utils.cli import run_cli\n'
        'run_cli(lambda: run_processes(2, [sys.executable, "-c", sys.argv[1], '
        'sys.argv[2]]))'
    )
    process = subprocess.Popen(
        [sys.executable, '-W', 'ignore', '-c', parent, child, str(tmp_path)],
        env=os.environ | {'PYTHONPATH': str(ROOT)},
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    files = [tmp_path / str(rank) for rank in range(2)]
    while not all(path.exists() for path in files) and process.poll() is None:
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130, said
    assert said.endswith(b'interrupted\n')
    assert [path.read_text() for path in files] == ['x', 'x']
