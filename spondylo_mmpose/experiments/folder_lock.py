"""A folder that one program at a time works in."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.io import make_folder

LOCK, STEP_LOCK = '.lock', '.step.lock'
"""Held by the program, and by the tool that it runs."""


@contextmanager
def locked(folder: str | Path) -> Iterator[int]:
    """Hold a folder, which is made when missing.

    The system lets go of it when the program ends, however it ends.

    Args:
        folder: The folder.

    Yields:
        A file descriptor for :func:`held_by_child`.

    Raises:
        SpondyloError: If another program holds it, or it cannot be written.
    """
    folder = make_folder(folder, '--out')
    with (folder / LOCK).open('a') as own, (folder / STEP_LOCK).open('a') as child:
        if not (_free(own, fcntl.flock) and _free(child, fcntl.lockf)):
            raise SpondyloError(
                f'{folder}: another program works there, or a training that it left '
                'behind; wait for its end or choose another --out'
            )
        # A child takes it anew for itself.
        fcntl.lockf(child, fcntl.LOCK_UN)
        yield child.fileno()


def held_by_child(lock: int) -> Callable[[], None]:
    """Have a child process hold the folder too, should it outlive its parent.

    Its own children do not: data workers may survive a training that was killed.

    Args:
        lock: From :func:`locked`; the child must inherit it.

    Returns:
        What the child calls before it becomes another program, which keeps such a
        lock.
    """
    return lambda: fcntl.lockf(lock, fcntl.LOCK_EX)


def is_locked(folder: str | Path) -> bool:
    """Whether a program holds a folder, or one that it left behind does."""
    for name, lock in ((LOCK, fcntl.flock), (STEP_LOCK, fcntl.lockf)):
        try:
            with (Path(folder) / name).open('r+') as stream:
                if not _free(stream, lock):
                    return True
        except OSError:
            continue
    return False


def _free(stream: IO[str], lock: Callable[[IO[str], int], None]) -> bool:
    """Take a lock, if nobody has it."""
    try:
        lock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True
