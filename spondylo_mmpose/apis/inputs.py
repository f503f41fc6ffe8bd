"""From what stands on a command line to films: files, folders, patterns."""

import glob
import os
from collections.abc import Iterable
from pathlib import Path

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.imaging import IMAGE_SUFFIXES
from spondylo_mmpose.imaging.dicom import is_dicom
from spondylo_mmpose.imaging.dicom_kinds import may_be_film

_HEAD = 132  # bytes that tell a DICOM file


def find_films(
    inputs: Iterable[str | Path], passed_over: list[Path] | None = None
) -> list[Path]:
    """Find the films that inputs name, each once, sorted within each input.

    Args:
        inputs: Files, whatever they are called; folders, in which all is taken that has
            a usual suffix or begins as DICOM files do; patterns as shells know them.
        passed_over: Gets the DICOM files of folders that hold no film: reports,
            directories, what this package wrote.

    Raises:
        SpondyloError: If an input names nothing, or a folder holds no film.
    """
    found: dict[Path, Path] = {}
    for one in inputs:
        for path in _films_of(one, passed_over):
            found.setdefault(Path(os.path.abspath(path)), path)  # noqa: PTH100
    return list(found.values())


def films_in(folder: str | Path, passed_over: list[Path] | None = None) -> list[Path]:
    """The films in a folder and those below it, sorted.

    Args:
        folder: The folder.
        passed_over: See :func:`find_films`.

    Raises:
        SpondyloError: If there are none, or the name is empty.
    """
    if not str(folder):
        # Python takes it for the current folder, a variable that is not set never is.
        raise SpondyloError("'': an empty name; name a film or a folder of films")
    found = []
    for path in sorted(Path(folder).rglob('*')):
        parts = path.relative_to(folder).parts
        if any(part.startswith('.') or part == '__MACOSX' for part in parts):
            continue
        named = path.suffix.lower() in IMAGE_SUFFIXES
        # A link that leads nowhere is a film that is missing.
        if path.is_file() and _begins(path):
            if may_be_film(path):
                found.append(path)
            elif passed_over is not None:
                passed_over.append(path)
        elif named and not path.is_dir():
            found.append(path)
    if not found:
        raise SpondyloError(
            f'{folder}: holds no film; films end in {" ".join(IMAGE_SUFFIXES)}, or are '
            'DICOM files of any name'
        )
    return found


def _films_of(one: str | Path, passed_over: list[Path] | None) -> list[Path]:
    path = Path(one)
    if path.is_dir():
        return films_in(one, passed_over)
    if path.exists() or path.is_symlink():
        return [path]
    # A shell that found nothing hands the pattern on; others never expand it.
    matches = sorted(map(Path, glob.glob(str(one), recursive=True)))  # noqa: PTH207
    if not matches:
        raise SpondyloError(f'{one}: no such file, folder or pattern that fits any')
    return [film for match in matches for film in _films_of(match, passed_over)]


def _begins(path: Path) -> bool:
    try:
        with path.open('rb') as stream:
            return is_dicom(stream.read(_HEAD))
    except OSError:
        return False
