"""Run a decoder where its crash does no harm."""

import faulthandler
import io
import os
import select
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.errors import one_line

PATIENCE_S = 60.0
"""A film that is not decoded by then will never be."""

_DONE, _FAILED = b'+', b'-'


def in_child(work: Callable[[], NDArray[Any]]) -> NDArray[Any]:
    """Call a function in a forked process and hand back its array.

    GDCM ends the whole process on some damaged streams, in the middle of converting
    thousands of films; here it ends a child. What the child writes on stderr is not
    shown. Costs some milliseconds. Where there is no ``fork`` the function is called
    directly.

    Args:
        work: Gives an array; it must not need other threads of this process.

    Returns:
        The array.

    Raises:
        RuntimeError: If the function raised, crashed, or took longer than
            :data:`PATIENCE_S`.
    """
    if not hasattr(os, 'fork'):
        return work()
    receiver, sender = os.pipe()
    child = os.fork()
    if child == 0:
        _answer(work, receiver, sender)
    os.close(sender)
    try:
        answer = _receive(receiver)
    finally:
        os.close(receiver)
        # A program that ignores SIGCHLD has its children taken away when they end.
        with suppress(ChildProcessError):
            if _running(child):
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
    if answer[:1] == _DONE:
        array: NDArray[Any] = np.load(io.BytesIO(answer[1:]), allow_pickle=False)
        return array
    text = answer[1:].decode(errors='replace') if answer[:1] == _FAILED else ''
    raise RuntimeError(text or 'the decoder crashed')


def _answer(work: Callable[[], NDArray[Any]], receiver: int, sender: int) -> None:
    """What the child does; it never returns."""
    try:
        os.close(receiver)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        faulthandler.disable()
        with os.fdopen(sender, 'wb') as stream:
            try:
                buffer = io.BytesIO()
                np.save(buffer, work(), allow_pickle=False)
                stream.write(_DONE + buffer.getvalue())
            except BaseException as error:
                stream.write(_FAILED + one_line(error).encode())
    finally:
        # Nothing of the parent's may be flushed or finalised a second time.
        os._exit(0)


def _receive(receiver: int) -> bytes:
    parts: list[bytes] = []
    deadline = time.monotonic() + PATIENCE_S
    while select.select([receiver], [], [], max(0.0, deadline - time.monotonic()))[0]:
        part = os.read(receiver, 1 << 20)
        if not part:
            return b''.join(parts)
        parts.append(part)
    raise RuntimeError(f'not decoded within {PATIENCE_S:.0f} s')


def _running(child: int) -> bool:
    return os.waitpid(child, os.WNOHANG) == (0, 0)
