"""Find the films and labels of the Mendeley data set, whatever the folders around."""

from collections.abc import Iterable
from pathlib import PurePosixPath

from spondylo_mmpose.converters.conversion_report import ConversionReport
from spondylo_mmpose.converters.formats.base import RawFilm
from spondylo_mmpose.imaging import IMAGE_SUFFIXES

_SPLITS = {
    'train': 'train',
    'val': 'val',
    'valid': 'val',
    'validation': 'val',
    'test': 'test',
    'clinical': 'test',
}


def find_films(names: Iterable[str], report: ConversionReport) -> list[RawFilm]:
    """Pair images and labels by split and stem.

    Known layouts, at any depth: ``{images,labels}/{train,val}/``,
    ``{Train,Validation,Clinical}/{images,labels}/`` and ``Test/``.

    Args:
        names: All members.
        report: Told of a second file of the same role.

    Returns:
        Films by split and stem. Other members are passed over.
    """
    films: dict[tuple[str, str], RawFilm] = {}
    for name in sorted(names):
        place = _place(PurePosixPath(name))
        if place is None:
            continue
        split, role = place
        stem = PurePosixPath(name).stem
        film = films.setdefault((split, stem), RawFilm(split, stem))
        if (first := film.members.get(role)) is not None:
            report.add('file_duplicated', name, taken=first)
            continue
        film.members[role] = name
    return [films[key] for key in sorted(films)]


def _place(path: PurePosixPath) -> tuple[str, str] | None:
    """Split and role (``image``, ``json``, ``txt``) of a member."""
    suffix = path.suffix.lower()
    role = 'image' if suffix in IMAGE_SUFFIXES else suffix[1:]
    folders = [p.lower() for p in path.parts[:-1]]
    if role not in ('image', 'json', 'txt') or not folders:
        return None
    parent, grand = folders[-1], folders[-2] if len(folders) > 1 else ''
    wanted = 'images' if role == 'image' else 'labels'
    if grand == wanted and parent in _SPLITS:
        return _SPLITS[parent], role
    if parent == wanted and grand in _SPLITS:
        return _SPLITS[grand], role
    if _SPLITS.get(parent) == 'test' and role == 'image':
        return 'test', role
    return None
