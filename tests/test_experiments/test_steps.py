import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.experiments.folder_lock import is_locked, locked
from spondylo_mmpose.experiments.steps import Steps, progress

WAITS = """
import pathlib, signal, sys, time
folder = pathlib.Path(sys.argv[1])
def tidy(*_):
    (folder / 'tidied').write_text('once' + '!' * (folder / 'tidied').exists())
    print('stopped')
    sys.exit(130)
signal.signal(signal.SIGINT, tidy)
(folder / 'ready').touch()
time.sleep(60)
"""


@pytest.fixture
def run(tmp_path):
    """Run a program as a tool, below a lock."""

    def start(text, *arguments):
        (tmp_path / 'tool.py').write_text(text)
        with locked(tmp_path / 'out') as lock:
            steps = Steps(tmp_path, tmp_path / 'logs', lock)
            return steps.run('step', 'tool.py', arguments)

    return start


def test_what_a_tool_says_goes_to_its_log(run, tmp_path):
    text = "import sys; print('a'); print(sys.argv[1], file=sys.stderr)"
    assert run(text, 'b') > 0
    assert sorted((tmp_path / 'logs' / 'step.log').read_text().split()) == ['a', 'b']


@pytest.mark.parametrize(
    ('text', 'reason'),
    [
        ("print('error: x'); print('y'); raise SystemExit(2)", 'x (log: '),
        ("print('y'); raise SystemExit(1)", 'y (log: '),
        ('raise SystemExit(1)', 'it said nothing (log: '),
        ('raise KeyError(7)', 'KeyError: 7 (log: '),
        ('import os; os.kill(os.getpid(), 9)', 'killed by SIGKILL'),
        ('raise SystemExit(143)', 'killed by SIGTERM'),
    ],
)
def test_a_failure_is_its_one_line_of_reason(run, text, reason):
    with pytest.raises(SpondyloError) as caught:
        run(text)
    assert str(caught.value).startswith(reason)


def test_interruption_is_handed_on_once_and_waited_for(run, tmp_path):
    def interrupt():
        while not (tmp_path / 'ready').exists():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        run(WAITS, tmp_path)
    assert (tmp_path / 'tidied').read_text() == 'once'


FORGETFUL = """
import pathlib, signal, sys, time
folder = pathlib.Path(sys.argv[1])
def stop(*_):
    (folder / 'tidied').touch()
    sys.exit(130)
def forget(*_):
    signal.signal(signal.SIGINT, stop)
signal.signal(signal.SIGINT, forget)
(folder / 'ready').touch()
while True:
    time.sleep(60)
"""


def test_interruption_that_got_lost_is_repeated(run, tmp_path, monkeypatch):
    monkeypatch.setattr('spondylo_mmpose.experiments.steps.PATIENCE', 0.5)

    def interrupt():
        wait_for((tmp_path / 'ready').exists, 'it did not begin')
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        run(FORGETFUL, tmp_path)
    assert (tmp_path / 'tidied').exists()


def test_interrupted_tool_interrupts(run):
    with pytest.raises(KeyboardInterrupt):
        run('raise SystemExit(130)')


LEFT_BEHIND = """
import sys
from pathlib import Path
from spondylo_mmpose.experiments.folder_lock import locked
from spondylo_mmpose.experiments.steps import Steps
folder = Path(sys.argv[1])
with locked(folder / 'out') as lock:
    Steps(folder, folder / 'logs', lock).run('step', 'tool.py', [folder])
"""

HAS_CHILD = """
import os, pathlib, sys, time
folder = pathlib.Path(sys.argv[1])
child = os.fork()
if child:
    (folder / 'pids.part').write_text(f'{os.getpid()} {child}')
    (folder / 'pids.part').rename(folder / 'pids')
time.sleep(60)
"""


def wait_for(condition, what):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def test_folder_is_held_by_a_tool_left_behind_but_not_by_its_workers(tmp_path):
    (tmp_path / 'tool.py').write_text(HAS_CHILD)
    out = tmp_path / 'out'
    assert not is_locked(out)
    program = subprocess.Popen([sys.executable, '-c', LEFT_BEHIND, str(tmp_path)])
    wait_for((tmp_path / 'pids').exists, 'it did not begin')
    assert is_locked(out)
    tool, worker = map(int, (tmp_path / 'pids').read_text().split())
    try:
        program.kill()
        program.wait()
        assert is_locked(out)
        with pytest.raises(SpondyloError, match='that it left behind'), locked(out):
            pass
        os.kill(tool, signal.SIGKILL)
        wait_for(lambda: not is_locked(out), 'the lock outlived its holder')
        os.kill(worker, 0)  # It is still there.
        with locked(out):
            pass
    finally:
        os.kill(worker, signal.SIGKILL)


def test_workers_of_a_tool_that_was_killed_go_too(run, tmp_path):
    def kill():
        wait_for((tmp_path / 'pids').exists, 'it did not begin')
        os.kill(int((tmp_path / 'pids').read_text().split()[0]), signal.SIGKILL)

    threading.Thread(target=kill).start()
    with pytest.raises(SpondyloError, match='killed by SIGKILL'):
        run(HAS_CHILD, tmp_path)
    worker = int((tmp_path / 'pids').read_text().split()[1])
    wait_for(lambda: gone(worker), 'its worker lives on')


def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    # Dead, but nobody has asked for its status yet.
    state = Path(f'/proc/{pid}/stat')
    return state.is_file() and state.read_text().rpartition(')')[2].split()[0] == 'Z'


@pytest.mark.parametrize(
    ('line', 'epochs', 'share'),
    [
        ('Epoch(train)   [3][ 5/10]  lr: 1', 10, 0.25),
        ('Epoch(train)   [10][10/10]', 10, 1.0),
        ('Epoch(train)   [3][ 5/10]', None, None),
        ('Epoch(test) [ 5/20]', None, 0.25),
        ('Epoch(val) [3][ 5/20]', 10, None),
        ('anything', 10, None),
    ],
)
def test_progress_is_read_from_the_log(line, epochs, share):
    assert progress(line, epochs) == share
