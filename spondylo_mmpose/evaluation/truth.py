"""The truth that predictions from a file are measured against."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spondylo_mmpose.converters.annotation_file import read_annotation_file
from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.converters.coco_reader import (
    annotations_by_image,
    films_of_coco,
)
from spondylo_mmpose.errors import SpondyloError


@dataclass(frozen=True)
class TrueFilm:
    """One annotated film.

    Attributes:
        film: Its truth, vertebrae sorted upward.
        image: Its entry in the annotation file.
        annotations: Entries of its vertebrae, by their ids.
    """

    film: Film
    image: Mapping[str, Any]
    annotations: Mapping[int, Mapping[str, Any]]


@dataclass(frozen=True)
class Truth:
    """Films of one or more annotation files.

    Attributes:
        contents: The decoded files.
        films: By file name.
        paths: The files, in the order of ``contents``.
    """

    contents: Sequence[Mapping[str, Any]]
    films: Mapping[str, TrueFilm]
    paths: Sequence[Path] = ()


def read_truth(paths: Sequence[str | Path]) -> Truth:
    """Read annotation files.

    Raises:
        SpondyloError: If one is missing or malformed, or a film stands twice.
    """
    contents = [read_annotation_file(Path(path)) for path in paths]
    films: dict[str, TrueFilm] = {}
    for path, content in zip(paths, contents, strict=True):
        annotations = annotations_by_image(content)
        for film, image in zip(films_of_coco(content), content['images'], strict=True):
            if film.file_name in films:
                raise SpondyloError(
                    f'{path}: film {film.file_name} is annotated twice; give each '
                    'annotation file once, and files of one data set only'
                )
            own = annotations.get(image['id'], [])
            by_id = {a['id']: a for a in own if type(a.get('id')) is int}
            if len(by_id) < len(own):
                raise SpondyloError(
                    f'{path}: film {film.file_name} has vertebrae without an id of '
                    'their own; convert the data set again'
                )
            films[film.file_name] = TrueFilm(film, image, by_id)
    return Truth(contents, films, [Path(path) for path in paths])
