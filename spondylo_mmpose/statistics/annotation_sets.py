"""Which annotation files are meant, and the films that stand in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from spondylo_mmpose.converters.annotation_file import check_annotation_file
from spondylo_mmpose.converters.coco import SPLITS, Film
from spondylo_mmpose.converters.coco_reader import films_of_coco
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.io import read_json


@dataclass(frozen=True)
class AnnotatedFilms:
    """Films of one or more annotation files.

    Attributes:
        files: The annotation files.
        images: Folder that the films' ``file_name`` is relative to.
        films: The films, file by file.
    """

    files: Sequence[Path]
    images: Path
    films: Sequence[Film]


def load_annotated_films(root: str | Path, names: Sequence[str] = ()) -> AnnotatedFilms:
    """Read a converted data set, or some of its annotation files.

    The split of a film is the name of its file where that is one of
    :data:`.SPLITS` (own splits need not repeat it in every entry), else the entry's.

    Args:
        root: Root of the data set, or one annotation file below its ``annotations``.
        names: Files or folders below ``ROOT/annotations``, e.g. ``train`` or
            ``kfold/fold0``; the official splits by default.

    Raises:
        SpondyloError: If a file is missing or malformed, a film stands in two files,
            or there is no labelled vertebra.
    """
    root = Path(root)
    files, images = _files(root, names)
    films: list[Film] = []
    homes: dict[str, Path] = {}
    for path in files:
        own = _read(path)
        repeated = [film for film in own if film.file_name in homes]
        if repeated:
            other = homes[repeated[0].file_name]
            raise SpondyloError(
                f'{path}: {len(repeated)} of its films stand in {other} too and would '
                'count twice; name annotation files without common films'
            )
        homes.update((film.file_name, path) for film in own)
        films.extend(own)
    if not any(len(film.corners) for film in films):
        names_of_files = ', '.join(map(str, files))
        raise SpondyloError(
            f'{names_of_files}: no labelled vertebra; name annotation files with labels'
        )
    return AnnotatedFilms(files, images, films)


def _files(root: Path, names: Sequence[str]) -> tuple[list[Path], Path]:
    if root.is_file():
        if names:
            raise SpondyloError(
                f'{root}: is one annotation file; --annotations chooses among those of '
                'a folder'
            )
        folder = next((p for p in root.parents if p.name == 'annotations'), None)
        if folder is None:
            raise SpondyloError(
                f'{root}: does not lie below ROOT/annotations, so that its films '
                'cannot be found; move it there'
            )
        return [root], folder.parent / 'images'
    folder = root / 'annotations'
    if not folder.is_dir():
        raise SpondyloError(
            f'{root}: is no converted data set (no folder annotations in it); make one '
            'with tools/convert_dataset.py or tools/make_phantoms.py --layout coco'
        )
    files = [path for name in names or ('.',) for path in _named(folder, name)]
    return list(dict.fromkeys(files)), root / 'images'


def _named(folder: Path, name: str) -> list[Path]:
    """Files that one name below the annotations folder stands for."""
    path = folder / name
    if path.is_dir():
        found = [path / f'{split}.json' for split in SPLITS]
        found = [file for file in found if file.is_file()]
        if not found:
            raise SpondyloError(
                f'{path}: holds none of {", ".join(f"{s}.json" for s in SPLITS)}; name '
                'a folder or a file with --annotations'
            )
        return found
    file = path if path.suffix == '.json' else path.with_name(path.name + '.json')
    if not file.is_file():
        raise SpondyloError(
            f'{file}: no such annotation file; --annotations takes names below {folder}'
        )
    return [file]


def _read(path: Path) -> list[Film]:
    check_annotation_file(path)
    content = read_json(path)
    try:
        films = films_of_coco(content, path.stem if path.stem in SPLITS else None)
    except (KeyError, TypeError, ValueError) as error:
        raise SpondyloError(
            f'{path}: an image has not the fields of a converted data set ({error!r}); '
            'convert the data set again'
        ) from error
    for film in films:
        if fault := _fault(film):
            raise SpondyloError(
                f'{path}: {film.file_name}: {fault}; correct the entry or convert the '
                'data set again'
            )
    return films


def _fault(film: Film) -> str | None:
    """What is wrong with the facts about a film."""
    if not all(type(v) is int and v > 0 for v in (film.width, film.height)):
        return 'width and height are not whole numbers above 0'
    for name in ('pixel_spacing_mm', 'original_size'):
        value: Any = getattr(film, name)
        if value is not None and not (len(value) == 2 and all(map(_positive, value))):
            return f'{name} is not two numbers above 0'
    if film.age is not None and not (_positive(film.age) or film.age == 0):
        return 'age is no number'
    for name in ('sex', 'view', 'source', 'patient_id', 'group'):
        value = getattr(film, name)
        if value is not None and not isinstance(value, str):
            return f'{name} is no text'
    if not all(level is None or isinstance(level, str) for level in film.levels or ()):
        return 'a level is no text'
    return None


def _positive(value: Any) -> bool:
    return type(value) in (int, float) and isfinite(value) and value > 0
