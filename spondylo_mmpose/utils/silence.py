"""Warnings of libraries, kept quiet by several threads at once."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_LOCK = threading.Lock()
_INSIDE = 0
_BEFORE: warnings.catch_warnings | None = None


@contextmanager
def no_warnings() -> Iterator[None]:
    """Let nothing warn meanwhile.

    :class:`warnings.catch_warnings` keeps what it found for a thread of its own making:
    of two threads that overlap, the later one brings back the filters of the earlier
    one, and the program that called them hears no warning ever after. Here the first
    one in sets the filters aside, and the last one out brings them back.
    """
    global _INSIDE, _BEFORE
    with _LOCK:
        if not _INSIDE:
            _BEFORE = warnings.catch_warnings()
            _BEFORE.__enter__()
            warnings.simplefilter('ignore')
        _INSIDE += 1
    try:
        yield
    finally:
        with _LOCK:
            _INSIDE -= 1
            if not _INSIDE and _BEFORE is not None:
                _BEFORE.__exit__(None, None, None)
                _BEFORE = None
