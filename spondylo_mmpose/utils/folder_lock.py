"""A folder in which one program at a time writes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spondylo_mmpose.errors import SpondyloError

try:
    import fcntl
except ImportError:  # pragma: no cover  (Windows)
    fcntl = None  # type: ignore[assignment]


@contextmanager
def alone_in(folder: str | Path) -> Iterator[None]:
    """Hold a folder that exists; nothing is written for it.

    The system lets go of it when the program ends, however it ends. Where folders
    cannot be held, as on Windows and on some network drives, nobody is kept out.

    Args:
        folder: The folder.

    Raises:
        SpondyloError: If another program holds it.
    """
    if fcntl is None:  # pragma: no cover
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        if _hold(handle) is False:
            raise SpondyloError(
                f'{folder}: another program writes there (spondylo predict or serve); '
                'end it, wait, or choose another folder'
            )
        yield
    finally:
        os.close(handle)


@contextmanager
def if_left(folder: str | Path) -> Iterator[bool]:
    """Hold a folder that an ended program may have left behind.

    Args:
        folder: A folder in which its maker was :func:`alone_in`.

    Yields:
        Whether nobody works there; ``False`` where that can't be known.
    """
    if fcntl is None:  # pragma: no cover
        yield False
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        yield _hold(handle) is True
    finally:
        os.close(handle)


def _hold(handle: int) -> bool | None:
    """Whether an open folder is held now; ``None`` where folders cannot be."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True
