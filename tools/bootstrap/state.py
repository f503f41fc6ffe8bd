"""What state an environment is in, and the lock that keeps two set-ups apart."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bootstrap.process import SetupError

STAMP = 'spondylo_setup.json'
# Present while packages are being written: a kill in that moment leaves half a package
# that pip takes for a whole one.
INSTALLING = 'spondylo_installing'


@dataclass(frozen=True)
class Stamp:
    """What the last complete set-up built.

    Attributes:
        digest: Of the files that describe the environment.
        root: The checkout; an environment does not survive being moved.
        python: ``major.minor`` of its interpreter.
    """

    digest: str
    root: str
    python: str


@dataclass(frozen=True)
class Venv:
    """What is found where the environment shall be.

    Attributes:
        exists: There is something.
        is_venv: It is a virtual environment or what a broken set-up left of one.
        runs: Its Python is there.
        interrupted: Packages were being written when the last set-up ended.
        stamp: The last complete set-up, if any.
    """

    exists: bool
    is_venv: bool
    runs: bool
    interrupted: bool
    stamp: Stamp | None


def inspect(venv: Path) -> Venv:
    """Look at an environment without running anything."""
    try:
        stamp = Stamp(**json.loads((venv / STAMP).read_text(encoding='utf-8')))
    except (OSError, ValueError, TypeError):
        stamp = None
    interrupted = (venv / INSTALLING).exists()
    return Venv(
        exists=venv.exists() or venv.is_symlink(),
        is_venv=interrupted or (venv / 'pyvenv.cfg').exists(),
        runs=os.access(venv / 'bin' / 'python', os.X_OK),
        interrupted=interrupted,
        stamp=stamp,
    )


def decide(venv: Venv, digest: str, root: str, wanted_python: str | None) -> str:
    """Decide what a set-up has to do.

    Args:
        venv: What is there.
        digest: Of the files that describe the environment now.
        root: This checkout.
        wanted_python: ``major.minor`` that the user asked for, if any.

    Returns:
        ``'ready'``, ``'create'``, ``'update'`` (install into what is there) or
        ``'rebuild'`` (start over).

    Raises:
        SetupError: If something that is no environment is in the way.
    """
    if not venv.exists:
        return 'create'
    if not venv.is_venv:
        raise SetupError(
            '.venv exists but is not a virtual environment; move it away and run '
            '`make setup` again'
        )
    stamp = venv.stamp
    if not venv.runs or venv.interrupted:
        return 'rebuild'
    if stamp is None:
        return 'update'
    if stamp.root != root:
        return 'rebuild'
    if wanted_python is not None and wanted_python != stamp.python:
        return 'rebuild'
    return 'ready' if stamp.digest == digest else 'update'


def digest_of(files: Iterable[Path]) -> str:
    """Digest the names and contents of files, whatever order they come in.

    Raises:
        SetupError: If one cannot be read.
    """
    digest = hashlib.sha256()
    for path in sorted(files):
        try:
            content = path.read_bytes()
        except OSError as error:
            raise SetupError(f'{path}: cannot be read: {error.strerror}') from error
        digest.update(f'{path.name}\0{len(content)}\0'.encode())
        digest.update(content)
    return digest.hexdigest()


def write_stamp(venv: Path, stamp: Stamp) -> None:
    """Record a complete set-up, at once or not at all."""
    temporary = venv / (STAMP + '.part')
    temporary.write_text(json.dumps(vars(stamp), indent=1) + '\n', encoding='utf-8')
    temporary.replace(venv / STAMP)


@contextmanager
def installing(venv: Path) -> Iterator[None]:
    """Mark the environment as half made until pip has ended by itself.

    A pip that fails has taken back what it wrote, so only a kill leaves the mark.
    """
    marker = venv / INSTALLING
    marker.touch()
    try:
        yield
    except SetupError:
        marker.unlink()
        raise
    marker.unlink()


@contextmanager
def locked(path: Path, waiting: Callable[[], None]) -> Iterator[int]:
    """Hold an exclusive lock; the system frees it however the holders end.

    Args:
        path: Lock file, left in place.
        waiting: Called when another process holds the lock.

    Yields:
        The file descriptor, to be inherited by the commands that are run.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            waiting()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)
