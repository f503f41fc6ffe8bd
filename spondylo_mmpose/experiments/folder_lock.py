"""A folder that one program at a time works in."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.io import make_folder

LOCK = '.lock'


@contextmanager
def locked(folder: str | Path) -> Iterator[int]:
    """Hold a folder, which is made when missing.

    The system lets go of it when the last process that holds it ends, however it ends.

    Args:
        folder: The folder.

    Yields:
        The file descriptor of the lock. A process that inherits it holds it too, so
        that a training which outlives its parent is still known of.

    Raises:
        SpondyloError: If another program holds it, or it cannot be written.
    """
    path = make_folder(folder, '--out') / LOCK
    with path.open('a') as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SpondyloError(
                f'{folder}: another program works there (or a training that it left '
                'behind); wait for its end or choose another --out'
            ) from error
        yield stream.fileno()


def is_locked(folder: str | Path) -> bool:
    """Whether a program holds a folder."""
    path = Path(folder) / LOCK
    try:
        with path.open() as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
