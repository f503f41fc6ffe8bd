"""Read a raw data set member by member: from a folder, a zip, or a zip in a zip."""

import hashlib
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.imaging import IMAGE_SUFFIXES
from spondylo_mmpose.utils.io import file_digest

MAX_MEMBER = 256 * 2**20
"""Largest member that is read, bytes; a film of 6000 x 6000 px stays far below."""

MAX_ARCHIVE = 64 * 2**30
"""Largest inner archive that is unpacked to a temporary file, bytes."""

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError)
_ENCRYPTED = 0x1


class MemberError(Exception):
    """One member cannot be read.

    Attributes:
        kind: One of the kinds of the conversion report.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class RawSource(Protocol):
    """Members of a raw data set; :meth:`read` may be called from several threads.

    Attributes:
        names: Paths of the members, sorted, with ``/``.
        unsafe: Links, and paths that lead out of the folder; they are never read.
        digests: Name of the archive, if there is one, and its SHA-256.
    """

    names: list[str]
    unsafe: list[str]
    digests: dict[str, str]

    @property
    def file_names(self) -> frozenset[str]:
        """Last parts of the names; asked for again and again."""
        ...

    def read(self, name: str) -> bytes:
        """Content of one member.

        Raises:
            MemberError: If it is broken, or too large.
        """
        ...


class Members:
    """What sources have in common."""

    names: list[str]

    @cached_property
    def file_names(self) -> frozenset[str]:
        """See :class:`RawSource`."""
        return frozenset(name.rpartition('/')[2] for name in self.names)


class Recorded(Members):
    """A source that notes what is read of it.

    Args:
        source: The data set.

    Attributes:
        read_digests: SHA-256 of each member that was read.
    """

    def __init__(self, source: RawSource) -> None:
        self._source = source
        self.names, self.unsafe = source.names, source.unsafe
        self.digests = source.digests
        self.read_digests: dict[str, str] = {}

    def read(self, name: str) -> bytes:
        """See :class:`RawSource`."""
        content = self._source.read(name)
        self.read_digests[name] = hashlib.sha256(content).hexdigest()
        return content


@contextmanager
def open_source(path: str | Path) -> Iterator[RawSource]:
    """Open a raw data set.

    Nothing is ever unpacked under a name that an archive chose.

    Args:
        path: A folder, a zip, or a zip or folder that holds nothing but one zip.

    Yields:
        The source.

    Raises:
        SpondyloError: If the path is missing, neither a folder nor a sound zip, or
            holds several zips and no film.
    """
    path = Path(path)
    if not path.exists():
        raise SpondyloError(f'{path}: does not exist; name the data set to convert')
    with ExitStack() as stack:
        source: RawSource = (
            _Folder(path) if path.is_dir() else _zip_file(path, path.name, stack)
        )
        if inner := _only_zip(source.names, path):
            label = PurePosixPath(inner).name
            if isinstance(source, _Zip):
                copy = source.unpack(inner, path, stack)
                digests = source.digests
                source = _zip_file(copy, f'{path} ({label})', stack)
                source.digests = digests
            else:
                source = _zip_file(path / inner, label, stack)
        yield source


class _Folder(Members):
    def __init__(self, path: Path) -> None:
        self._path = path
        found = list(path.rglob('*'))
        # A link could lead out of the folder.
        links = {p for p in found if p.is_symlink()}
        files = (p for p in found if p not in links and p.is_file())
        self.names, unsafe = _sound(p.relative_to(path).as_posix() for p in files)
        passed, odd = _sound(p.relative_to(path).as_posix() for p in links)
        self.unsafe = sorted({*unsafe, *passed, *odd})
        self.digests: dict[str, str] = {}

    def read(self, name: str) -> bytes:
        path = self._path / name
        try:
            if path.stat().st_size > MAX_MEMBER:
                raise MemberError('member_too_large', f'{path.stat().st_size} bytes')
            return path.read_bytes()
        except OSError as error:
            raise MemberError('member_corrupt', error.strerror or 'OSError') from error


class _Zip(Members):
    def __init__(self, archive: zipfile.ZipFile, digests: dict[str, str]) -> None:
        self._archive = archive
        files = (i.filename for i in archive.infolist() if not i.is_dir())
        self.names, self.unsafe = _sound(files)
        self.digests = digests

    def read(self, name: str) -> bytes:
        info = self._archive.getinfo(name)
        if info.flag_bits & _ENCRYPTED:
            raise MemberError('member_corrupt', 'encrypted')
        if info.file_size > MAX_MEMBER:
            raise MemberError('member_too_large', f'{info.file_size} bytes')
        try:
            # Never more than the header promised, whatever the data unpack to.
            with self._archive.open(info) as stream:
                return stream.read()
        except (*_BROKEN, NotImplementedError) as error:
            raise MemberError('member_corrupt', str(error)) from error

    def unpack(self, name: str, path: Path, stack: ExitStack) -> BinaryIO:
        """Copy an inner archive to an unnamed temporary file.

        Read in place, each seek back would unpack it from its start again.
        """
        info = self._archive.getinfo(name)
        if info.file_size > MAX_ARCHIVE or info.flag_bits & _ENCRYPTED:
            raise SpondyloError(f'{path}: its inner archive is too large or encrypted')
        # The caller's stack closes it.
        copy: BinaryIO = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        try:
            with self._archive.open(info) as stream:
                shutil.copyfileobj(stream, copy, 2**20)
        except (*_BROKEN, NotImplementedError) as error:
            raise SpondyloError(
                f'{path}: the archive in it is broken ({error}); download it again'
            ) from error
        copy.seek(0)
        return copy


def _zip_file(file: Path | BinaryIO, label: str, stack: ExitStack) -> _Zip:
    digests = {}
    try:
        if isinstance(file, Path):
            digests = {label: file_digest(file)}
            label = str(file)
        return _Zip(stack.enter_context(zipfile.ZipFile(file)), digests)
    except (*_BROKEN, NotImplementedError, UnicodeDecodeError) as error:
        raise SpondyloError(
            f'{label}: cannot be read as a zip archive ({error}); download it again'
        ) from error


def _sound(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Sorted names to read, and names that lead out of the folder."""
    sound, unsafe = set(), set()
    for name in names:
        parts = PurePosixPath(name).parts
        if (
            name.startswith('/')
            or '..' in parts
            or '\\' in name
            or '\0' in name
            or not name.isprintable()
            or re.match('[A-Za-z]:', name)
        ):
            unsafe.add(name.encode('utf-8', 'backslashreplace').decode())
        # Hidden files and the resource forks of macOS are no part of the data.
        elif not any(p.startswith('.') or p == '__MACOSX' for p in parts):
            sound.add(name)
    return sorted(sound), sorted(unsafe)


def _only_zip(names: list[str], path: Path) -> str | None:
    """The one inner archive of a download that holds no film itself."""
    zips = [n for n in names if n.lower().endswith('.zip')]
    if not zips or any(n.lower().endswith(IMAGE_SUFFIXES) for n in names):
        return None
    if len(zips) > 1:
        raise SpondyloError(
            f'{path}: holds {len(zips)} zip archives and no film; name one of them, or '
            'unpack them into folders'
        )
    return zips[0]
