import os
import signal
import threading
import time

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


def test_interrupted_tool_interrupts(run):
    with pytest.raises(KeyboardInterrupt):
        run('raise SystemExit(130)')


def test_lock_is_held_by_what_inherits_it(run, tmp_path):
    assert not is_locked(tmp_path / 'out')
    # The tool leaves a process behind that lives on for a moment.
    run(
        'import subprocess, sys; subprocess.Popen([sys.executable, "-c", "import sys; '
        'sys.stdin.read()"], stdin=open(sys.argv[1]), stdout=subprocess.DEVNULL, '
        'stderr=subprocess.DEVNULL, close_fds=False)',
        make_fifo(tmp_path),
    )
    assert is_locked(tmp_path / 'out')
    with pytest.raises(SpondyloError, match='another program works there'):
        run('')
    os.close(FIFO.pop())
    deadline = time.monotonic() + 30
    while is_locked(tmp_path / 'out'):
        assert time.monotonic() < deadline, 'the lock outlived its holders'
        time.sleep(0.02)


FIFO = []


def make_fifo(folder):
    path = folder / 'fifo'
    os.mkfifo(path)
    FIFO.append(os.open(path, os.O_RDWR))
    return path


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
