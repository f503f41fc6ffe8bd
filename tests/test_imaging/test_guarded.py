import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from spondylo_mmpose.imaging import guarded
from spondylo_mmpose.imaging.guarded import in_child


def children():
    """Processes that this one has started, those of other tests among them."""
    lists = Path('/proc/self/task').glob('*/children')
    return {child for one in lists for child in one.read_text().split()}


def descriptors():
    return {path.name for path in Path('/proc/self/fd').iterdir()}


def test_the_array_comes_back():
    made = np.arange(2_000_000, dtype='>u2').reshape(1000, 2000)
    back = in_child(lambda: made)
    assert back.dtype == made.dtype
    assert (back == made).all()


def test_errors_come_back_as_one_line():
    def fail():
        raise ValueError('no such\nthing')

    with pytest.raises(RuntimeError, match=r'^ValueError: no such$'):
        in_child(fail)


def test_a_program_that_leaves_its_children_to_the_system():
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        assert in_child(lambda: np.ones(3)).sum() == 3
    finally:
        signal.signal(signal.SIGCHLD, before)


@pytest.mark.parametrize('end', [os.abort, lambda: os._exit(3)])
def test_a_crash_is_an_error(end):
    with pytest.raises(RuntimeError, match='the decoder crashed'):
        in_child(end)


def test_what_never_ends_is_stopped(monkeypatch):
    monkeypatch.setattr(guarded, 'PATIENCE_S', 0.1)
    with pytest.raises(RuntimeError, match='not decoded within'):
        in_child(lambda: time.sleep(600))


def test_no_process_and_no_descriptor_stays(monkeypatch):
    monkeypatch.setattr(guarded, 'PATIENCE_S', 0.1)
    before = descriptors(), children()
    in_child(lambda: np.zeros(3))
    for end in (os.abort, lambda: time.sleep(600)):
        with pytest.raises(RuntimeError):
            in_child(end)
    assert (descriptors(), children()) == before


def test_the_child_is_quiet(capfd):
    in_child(lambda: np.zeros(os.write(2, b'noise')))
    assert capfd.readouterr().err == ''


def test_without_fork_it_is_called_directly(monkeypatch):
    monkeypatch.delattr(os, 'fork')
    assert in_child(lambda: np.array([os.getpid()]))[0] == os.getpid()
