"""Writing a split: its annotation files and ``split.json``."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from spondylo_mmpose import __version__
from spondylo_mmpose.converters.coco import SPLITS
from spondylo_mmpose.converters.film_groups import connected_films, divided_films
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.splits.assignment import Assignment, assignment_to_json
from spondylo_mmpose.splits.source import SourceFilm, SplitSource
from spondylo_mmpose.splits.split_file import FORMAT_VERSION, SPLIT_FILE
from spondylo_mmpose.splits.summary import part_counts
from spondylo_mmpose.utils.io import atomic_dir, file_digest, write_json

_NAME = re.compile(r'[A-Za-z0-9][A-Za-z0-9._-]*')


def split_folder(root: str | Path, name: str, force: bool = False) -> Path:
    """Where a split is written.

    Args:
        root: The data set.
        name: Name of the split.
        force: Whether a split of that name may be replaced.

    Returns:
        ``ROOT/annotations/<name>``.

    Raises:
        SpondyloError: If the name cannot be a folder's, is one of the official files',
            or is taken.
    """
    if not _NAME.fullmatch(name) or name.removesuffix('.json') in SPLITS:
        raise SpondyloError(
            f'--name {name}: a split is named with letters, digits, ".", "_" and "-", '
            f'and not {", ".join(SPLITS)}'
        )
    folder = Path(root) / 'annotations' / name
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return folder
    if not (folder / SPLIT_FILE).is_file():
        raise SpondyloError(f'{folder}: exists and is no split; choose another --name')
    if not force:
        raise SpondyloError(
            f'{folder}: exists; choose another --name or pass --force to replace it'
        )
    return folder


def write_split(
    source: SplitSource,
    assignment: Assignment,
    name: str,
    method: str,
    arguments: Mapping[str, Any],
    together: Sequence[Sequence[str]] = (),
    force: bool = False,
) -> Path:
    """Write ``ROOT/annotations/<name>``, whole or not at all.

    Args:
        source: The data set that was divided.
        assignment: Which film stands where.
        name: Name of the split.
        method: How it was made.
        arguments: What the method was given, for the record.
        together: Lists of films that were kept together on request.
        force: Whether a split of that name may be replaced.

    Returns:
        The folder.

    Raises:
        ValueError: If the assignment divides films that belong together.
        SpondyloError: If the folder is taken or cannot be written.
    """
    films = {film.name: film for film in source.films}
    for files in assignment.folds:
        members = {split: [films[n].image for n in files[split]] for split in files}
        if divided_films(members, together):
            raise ValueError(f'{name}: films that belong together are divided')
    folder = split_folder(source.root, name, force)
    groups = connected_films(source.images, together)
    with atomic_dir(folder, force) as new:
        digests = {}
        for path, content in annotation_files(source, assignment, name, method).items():
            write_json(new / path, content, None)
            digests[path] = file_digest(new / path)
        record = {
            'format_version': FORMAT_VERSION,
            'tool': 'spondylo_mmpose',
            'tool_version': __version__,
            'name': name,
            'method': method,
            'arguments': dict(arguments),
            'digest': assignment.digest,
            'sources': dict(source.digests),
            'files': digests,
            'counts': part_counts(source, assignment, together),
            **assignment_to_json(assignment),
            'unlabelled': list(source.unlabelled),
            'groups': [
                [source.films[place].name for place in group]
                for group in groups
                if len(group) > 1
            ],
            'together': [list(names) for names in together],
        }
        write_json(new / SPLIT_FILE, record)
    return folder


def annotation_files(
    source: SplitSource, assignment: Assignment, name: str, method: str
) -> dict[str, dict[str, Any]]:
    """Make the annotation file of each part.

    Image and annotation entries are those of the data set but for their ids, which
    count anew from 1, and the images' ``split``.

    Args:
        source: The data set that was divided.
        assignment: Which film stands where.
        name: Name of the split.
        method: How it was made.

    Returns:
        Content by path in the split's folder.
    """
    films = {film.name: film for film in source.films}
    info = dict(source.header['info'] or {})
    contents = {}
    named = assignment.named_parts()
    for (fold, split, names), path in zip(assignment.parts(), named, strict=True):
        mark = {
            'name': name,
            'method': method,
            'digest': assignment.digest,
            'fold': fold,
        }
        contents[f'{path}.json'] = {
            'info': {**info, 'split': mark},
            'licenses': source.header['licenses'] or [],
            **_entries([films[film] for film in names], split),
            'categories': source.header['categories'],
        }
    return contents


def _entries(films: Sequence[SourceFilm], split: str) -> dict[str, Any]:
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for image_id, film in enumerate(films, start=1):
        images.append({**film.image, 'id': image_id, 'split': split})
        for annotation in film.annotations:
            annotations.append(
                {**annotation, 'id': len(annotations) + 1, 'image_id': image_id}
            )
    return {'images': images, 'annotations': annotations}
