"""What every command line tool shares."""

import io
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from spondylo_mmpose.errors import SpondyloError

# OpenMP reads this when torch is loaded. Its threads spin while they wait for each
# other; as soon as data workers or another program share the cores, spinning slows
# training many times over.
os.environ.setdefault('OMP_WAIT_POLICY', 'PASSIVE')
# NumPy's OpenBLAS reads this when it is loaded, and spins too. Its threads are woken by
# products of small matrices, are no help with those, and take cores from a network.
os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')

BUG = 70
"""Exit status of a tool that failed by a fault of its own (EX_SOFTWARE)."""


TERMINATED = 143
"""Exit status of a tool that SIGTERM ended, as shells give it (128 + 15)."""

_MARK = 'error: '
_KIND = f'{SpondyloError.__module__}.{SpondyloError.__name__}: '


def run_cli(main: Callable[[], Any]) -> None:
    """Run a tool's ``main`` and end the process with a fitting exit status.

    A :class:`SpondyloError` becomes one line on stderr and status 2, and so does an
    ``OSError`` of a file (a full disk, a folder without permission); Ctrl-C ends with
    status 130 as shells expect, and SIGTERM, which works like it, with 143. Anything
    else is a bug: its traceback is shown, and the status is 70, since 1 is a verdict of
    some tools. With ``SPONDYLO_TRACEBACK`` set the traceback is shown always.

    Args:
        main: Function without arguments; its return value, when an ``int``, is the
            exit status.

    Raises:
        SystemExit: Always.
    """
    if hasattr(signal, 'SIGPIPE'):
        # `tool | head` shall end quietly.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A name that the terminal's encoding lacks does not end the tool; so is stderr.
        sys.stdout.reconfigure(errors='backslashreplace')
    try:
        with _orderly_end() as ended:
            status = main()
    except SpondyloError as error:
        _show_traceback()
        # Torch wraps an error of a data worker in that process's traceback, which ends
        # with the error's class and text.
        last = str(error).strip().rpartition('\n')[2]
        print(f'{_MARK}{last.removeprefix(_KIND)}', file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print('terminated' if ended else 'interrupted', file=sys.stderr)
        sys.exit(TERMINATED if ended else 130)
    except Exception as error:
        if not isinstance(error, OSError) or error.errno is None:
            traceback.print_exc()
            sys.exit(BUG)
        _show_traceback()
        where = f'{error.filename}: ' if error.filename else ''
        print(f'{_MARK}{where}{error.strerror}', file=sys.stderr)
        sys.exit(2)
    sys.exit(status if isinstance(status, int) else 0)


def reason_told(lines: Iterable[str]) -> str:
    """Why a program failed, from what it has printed.

    Args:
        lines: All of it, or its end.

    Returns:
        Text of the last error that :func:`run_cli` told, else the last line that is
        not empty, without Python's name of an error of ours; empty if there is none.
    """
    last = error = ''
    for line in lines:
        last = line.strip() or last
        if line.startswith(_MARK):
            error = line.removeprefix(_MARK).strip()
    return error or last.removeprefix(_KIND)


@contextmanager
def _orderly_end() -> Iterator[list[int]]:
    """Let SIGTERM interrupt the program as Ctrl-C does, so that it tidies up.

    Yields:
        Empty; the signal's number is put in when it came.
    """
    ended: list[int] = []
    owner = os.getpid()

    def end(number: int, frame: FrameType | None) -> None:
        if os.getpid() != owner:
            # A forked worker has the handler too, but what is tidied is its parent's.
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            return
        # Some senders repeat it; the way out is not to be left half way.
        signal.signal(number, signal.SIG_IGN)
        ended.append(number)
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGTERM)
    main_thread = threading.current_thread() is threading.main_thread()
    if not main_thread or before is not signal.SIG_DFL:
        yield ended  # somebody else decides
        return
    signal.signal(signal.SIGTERM, end)
    try:
        yield ended
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def deaf_children() -> Iterator[None]:
    """Let processes that are started meanwhile leave Ctrl-C to their parent.

    It reaches all processes of a terminal; each of them would tell of it at length.
    """
    if threading.current_thread() is not threading.main_thread():
        # Signals are the main thread's; where another one works, nobody types.
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _show_traceback() -> None:
    if os.environ.get('SPONDYLO_TRACEBACK'):
        traceback.print_exc()
