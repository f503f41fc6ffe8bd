"""Reading JSON strictly, and writing so that nothing is ever half written."""

import glob
import hashlib
import json
import math
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.folder_lock import alone_in, if_left

_LONE_SURROGATE = re.compile('[\ud800-\udfff]')
"""What Python makes of bytes in names of files that are no UTF-8; UTF-8 lacks it, JSON
has escapes for it. Nothing but texts can hold one."""


def reject_constant(name: str) -> float:
    """``parse_constant`` of :func:`json.loads` that takes no NaN and no infinity."""
    raise ValueError(f'{name} is not a number that JSON knows')


def read_json(path: str | Path) -> Any:
    """Read a JSON file strictly.

    Args:
        path: The file, in UTF-8.

    Returns:
        The decoded value.

    Raises:
        SpondyloError: If the file is missing, unreadable, cut short, not JSON, or
            holds ``NaN`` or an infinity.
    """
    path = Path(path)
    try:
        return json.loads(
            path.read_text(encoding='utf-8'), parse_constant=reject_constant
        )
    except (OSError, ValueError, RecursionError) as error:
        raise SpondyloError(f'{path}: cannot be read as JSON: {error}') from error


def file_digest(path: Path) -> str:
    """SHA-256 of a file in hexadecimal, read piece by piece."""
    digest = hashlib.sha256()
    with path.open('rb') as stream:
        while block := stream.read(2**20):
            digest.update(block)
    return digest.hexdigest()


def named_digest(path: str | Path) -> dict[str, str]:
    """A file as it is told of: its name without folders, and its SHA-256."""
    return {'name': Path(path).name, 'sha256': file_digest(Path(path))}


def nan_to_none(value: Any) -> Any:
    """Replace every non-finite float in a nested value by ``None``.

    JSON has no NaN; "not measured" is written as ``null``.
    """
    if isinstance(value, dict):
        return {key: nan_to_none(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [nan_to_none(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def write_json(path: str | Path, value: Any, indent: int | None = 1) -> Path:
    """Write JSON atomically, non-finite floats as ``null``.

    Args:
        path: Target file; its folder is made when missing.
        value: Anything that :mod:`json` can encode.
        indent: Passed to :func:`json.dumps`.

    Returns:
        The path written.

    Raises:
        SpondyloError: If the target cannot be written.
    """
    text = json.dumps(nan_to_none(value), indent=indent, ensure_ascii=False)
    text = _LONE_SURROGATE.sub(lambda found: f'\\u{ord(found.group()):04x}', text)
    with atomic_file(path) as temporary:
        temporary.write_text(text + '\n', encoding='utf-8')
    return Path(path)


@contextmanager
def atomic_file(path: str | Path) -> Iterator[Path]:
    """Yield a temporary name beside ``path`` that is renamed to it on success.

    Args:
        path: Final name; its folder is made when missing.

    Yields:
        The name to write to. It has the same suffix as ``path``.

    Raises:
        SpondyloError: If the target cannot be written.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            prefix=f'.{path.stem}.', suffix=path.suffix, dir=path.parent
        )
        os.close(handle)
    except OSError as error:
        raise _not_writable(path, error) from error
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp makes private files; give the result the rights of a plain open().
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise _not_writable(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def atomic_dir(
    path: str | Path, force: bool = False, known_by: Sequence[str] = ()
) -> Iterator[Path]:
    """Yield a temporary folder beside ``path`` that becomes it on success.

    Args:
        path: Final folder. It must be absent or empty, unless ``force``.
        force: Replace a folder that is there already (only once the new one is
            complete).
        known_by: Names or patterns of files, one of which tells that an earlier run
            wrote the folder. Without any of them it is somebody's own and never
            replaced. Left out, any folder is.

    Yields:
        The empty temporary folder to fill. What earlier runs that were killed left of
        theirs is removed first.

    Raises:
        SpondyloError: If ``path`` exists and is not empty, or cannot be written.
    """
    path = Path(path)
    try:
        # A folder is replaced by renaming; '.' and links have no name of their own.
        final = path.resolve()
        _remove_remains(final)
        if final.exists() and not final.is_dir():
            raise SpondyloError(f'{path}: is a file; name a folder for the output')
        if Path.cwd().is_relative_to(final):
            raise SpondyloError(
                f'{path}: holds the current folder and cannot be replaced; choose '
                'another folder'
            )
        if final.is_dir() and any(final.iterdir()) and not force:
            raise SpondyloError(
                f'{path}: exists and is not empty; choose another folder or pass '
                '--force'
            )
        if _is_foreign(final, known_by):
            raise SpondyloError(
                f'{path}: is not replaced, since it holds no {" or ".join(known_by)} '
                'of an earlier run; choose another folder or remove it yourself'
            )
        final.parent.mkdir(parents=True, exist_ok=True)
        working = Path(tempfile.mkdtemp(prefix=f'.{final.name}.', dir=final.parent))
    except OSError as error:
        raise _not_writable(path, error) from error
    new, old = working / 'new', working / 'old'
    try:
        # Held before there is anything in it: what is empty is not taken for remains.
        with alone_in(working):
            try:
                new.mkdir()
                yield new
                try:
                    if final.is_dir():
                        final.replace(old)
                    new.replace(final)
                except BaseException:
                    if old.is_dir() and not final.exists():
                        old.replace(final)
                    raise
            finally:
                shutil.rmtree(working, ignore_errors=True)
    except OSError as error:
        raise _not_writable(path, error) from error


def _remove_remains(final: Path) -> None:
    """Remove working folders of :func:`atomic_dir` whose program was killed."""
    with suppress(OSError):
        # mkdtemp adds eight characters.
        for working in final.parent.glob(f'.{glob.escape(final.name)}.{"?" * 8}'):
            if working.is_symlink() or not working.is_dir():
                continue
            parts = {part.name for part in working.iterdir()}
            if not parts or parts - {'new', 'old'}:
                continue
            with if_left(working) as left:
                if not left:
                    continue
                if parts == {'new', 'old'} and not final.exists():
                    # It ended between two renames; what was there before stays.
                    (working / 'old').replace(final)
                shutil.rmtree(working, ignore_errors=True)


def _is_foreign(folder: Path, known_by: Sequence[str]) -> bool:
    """Whether a folder holds files, but none that tells of an earlier run."""
    if not known_by or not folder.is_dir() or not any(folder.iterdir()):
        return False
    return not any(any(folder.glob(pattern)) for pattern in known_by)


def check_apart(source: str | Path, out: str | Path) -> None:
    """Refuse an output that would grow in its own source, or replace it.

    Args:
        source: File or folder that is read.
        out: Folder that is written.

    Raises:
        SpondyloError: If one is the other or lies in it.
    """
    read, written = Path(source).resolve(), Path(out).resolve()
    if read == written or read in written.parents:
        raise SpondyloError(
            f'{out}: lies in the source {source}; choose another folder'
        )
    if written in read.parents:
        raise SpondyloError(f'{out}: holds the source {source}; choose another folder')


def make_folder(path: str | Path, option: str) -> Path:
    """Make a folder, if it is not there yet, and those above it.

    Args:
        path: The folder.
        option: Option of the command line that names it.

    Raises:
        SpondyloError: If it cannot be made.
    """
    path = Path(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _not_writable(path, error, f'another with {option}') from error
    return path


def check_writable(path: str | Path) -> None:
    """Make sure that a file can be written, before the work whose result it holds.

    Args:
        path: File to be written later. Nothing stays behind but its folder.

    Raises:
        SpondyloError: If it is a folder, or its folder cannot be written.
    """
    path = Path(path)
    try:
        if path.is_dir():
            raise SpondyloError(f'{path}: is a folder; name a file for the output')
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(prefix=f'.{path.stem}.', dir=path.parent):
            pass
    except OSError as error:
        raise _not_writable(path, error) from error


def _not_writable(
    path: Path, error: OSError, choice: str = 'a writable place'
) -> SpondyloError:
    reason = error.strerror or str(error)
    return SpondyloError(f'{path}: cannot be written ({reason}); choose {choice}')


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
