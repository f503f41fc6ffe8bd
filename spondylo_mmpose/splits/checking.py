"""Verifying a split that was written earlier."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spondylo_mmpose.converters.annotation_file import read_annotation_file
from spondylo_mmpose.converters.film_groups import divided_films
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.splits.source import SplitSource, read_source
from spondylo_mmpose.splits.split_file import (
    SPLIT_FILE,
    SplitFile,
    check_member,
    read_split_file,
)
from spondylo_mmpose.splits.writing import annotation_files
from spondylo_mmpose.utils.io import read_json


def check_split(folder: str | Path) -> list[str]:
    """Verify a split against itself and the data set that it divides.

    Args:
        folder: ``ROOT/annotations/<name>``.

    Returns:
        What is wrong, one line each; empty when all is as it was written.

    Raises:
        SpondyloError: If the folder holds no split, or the data set cannot be read.
    """
    folder = Path(folder)
    path = folder / SPLIT_FILE
    if not path.is_file():
        raise SpondyloError(
            f'{folder}: holds no {SPLIT_FILE}; name ROOT/annotations/<name> of a split'
        )
    try:
        split = read_split_file(path)
    except SpondyloError as error:
        return [str(error)]
    faults = []
    parts = {f'{part}.json' for part in split.assignment.named_parts()}
    for name in parts | split.files.keys():
        try:
            check_member(folder / name, read_annotation_file(folder / name))
        except SpondyloError as error:
            faults.append(str(error))
    source = read_source(folder.resolve().parent.parent)
    return sorted(faults) + _leaks(split, source) + _changes(split, source)


def _leaks(split: SplitFile, source: SplitSource) -> list[str]:
    """Films that belong together by what the data set says now, but are divided."""
    images = {film.name: film.image for film in source.films}
    faults = []
    for number, files in enumerate(split.assignment.folds):
        members = {
            part: [images[name] for name in names if name in images]
            for part, names in files.items()
        }
        if leaks := divided_films(members, split.together):
            where = f'fold {number}: ' if split.assignment.numbered else ''
            faults.append(
                f'{split.path.parent}: {where}{len(leaks)} patients or groups of '
                'copies are divided'
            )
    return faults


def _changes(split: SplitFile, source: SplitSource) -> list[str]:
    """How the labelled films of the data set differ from those that were divided."""
    if source.digests == split.sources:
        return []
    now = {film.name for film in source.films}
    then = set(split.assignment.left_out)
    for files in split.assignment.folds:
        then.update(*files.values())
    faults = []
    for films, text in ((now - then, 'came after the split'), (then - now, 'are gone')):
        if films:
            faults.append(f'{source.root}: {len(films)} labelled films {text}')
    if then <= now:
        for what, changed in _changed_parts(split, source).items():
            faults.append(
                f'{source.root}: {what} were changed after the split, which has the '
                f'old ones in {", ".join(changed)}; make it again with --force'
            )
    return faults


def _changed_parts(split: SplitFile, source: SplitSource) -> dict[str, list[str]]:
    """Annotation files of a split that would be written otherwise now, by what."""
    changed: dict[str, list[str]] = {}
    expected = annotation_files(source, split.assignment, split.name, split.method)
    for name, content in expected.items():
        path = split.path.parent / name
        if path.is_file():
            old = read_json(path)
            for what, parts in _parts(content).items():
                if _parts(old)[what] != parts:
                    changed.setdefault(what, []).append(name)
    return changed


def _parts(content: Mapping[str, Any]) -> dict[str, Any]:
    """Labels, facts and spacings of an annotation file."""
    films: list[Mapping[str, Any]] = content.get('images', [])
    facts = [{k: v for k, v in f.items() if not _is_spacing(k)} for f in films]
    spacings = [{k: v for k, v in f.items() if _is_spacing(k)} for f in films]
    return {
        'labels': content.get('annotations'),
        'facts of films': facts,
        'pixel spacings': spacings,
    }


def _is_spacing(field: str) -> bool:
    return field.startswith('pixel_spacing_')
