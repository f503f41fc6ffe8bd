"""The labelled films of a converted data set, as the splits see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spondylo_mmpose.converters.annotation_file import (
    files_of_splits,
    read_annotation_file,
)
from spondylo_mmpose.converters.coco import SPLITS
from spondylo_mmpose.converters.coco_reader import annotations_by_image
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.io import file_digest


@dataclass(frozen=True)
class SourceFilm:
    """One labelled film.

    Attributes:
        image: Its image entry.
        annotations: Its annotations, in the order of the file.
        official: Split of the data set as converted.
    """

    image: Mapping[str, Any]
    annotations: Sequence[Mapping[str, Any]]
    official: str

    @property
    def name(self) -> str:
        """File name relative to the ``images`` folder."""
        return str(self.image['file_name'])

    @property
    def patient(self) -> str | None:
        """Patient, ``None`` where not known."""
        patient = self.image.get('patient_id')
        return None if patient in (None, '') else str(patient)

    @property
    def source(self) -> str:
        """Where the film comes from."""
        return str(self.image.get('source') or 'unknown')


@dataclass(frozen=True)
class SplitSource:
    """A converted data set, ready to be divided.

    Attributes:
        root: Its folder.
        films: Labelled films, sorted by name.
        unlabelled: File names of the films without labels, sorted.
        digests: SHA-256 of each annotation file by its name.
        header: ``info``, ``licenses`` and ``categories`` of the files.
    """

    root: Path
    films: Sequence[SourceFilm]
    unlabelled: Sequence[str]
    digests: Mapping[str, str]
    header: Mapping[str, Any]

    @property
    def images(self) -> list[Mapping[str, Any]]:
        """Image entries of the labelled films."""
        return [film.image for film in self.films]


def read_source(root: str | Path) -> SplitSource:
    """Read a converted data set.

    Args:
        root: Folder with ``annotations/{train,val,test}.json``, of which some may be
            missing.

    Raises:
        SpondyloError: If there is no annotation file or no labelled film, a file is
            malformed, a film stands in two files, or their categories differ.
    """
    root = Path(root)
    paths = files_of_splits(root / 'annotations')
    if not paths:
        raise SpondyloError(
            f'{root}: holds no annotations/{{{",".join(SPLITS)}}}.json; name a folder '
            'that tools/convert_dataset.py wrote'
        )
    films: list[SourceFilm] = []
    unlabelled: list[str] = []
    seen: dict[str, Path] = {}
    headers = []
    for path in paths:
        content = read_annotation_file(path)
        headers.append(
            {key: content.get(key) for key in ('info', 'licenses', 'categories')}
        )
        labels = annotations_by_image(content)
        for image in content['images']:
            name = image['file_name']
            if name in seen:
                raise SpondyloError(
                    f'{path}: a film stands in {seen[name].name} and here; '
                    'convert the data set again'
                )
            seen[name] = path
            if image['id'] in labels:
                films.append(SourceFilm(image, labels[image['id']], path.stem))
            else:
                unlabelled.append(name)
    if not films:
        raise SpondyloError(f'{root}: holds no labelled film; nothing to divide')
    if any(header['categories'] != headers[0]['categories'] for header in headers):
        raise SpondyloError(
            f'{root}/annotations: the categories of the files differ; convert the data '
            'set again'
        )
    return SplitSource(
        root=root,
        films=sorted(films, key=lambda film: film.name),
        unlabelled=sorted(unlabelled),
        digests={path.name: file_digest(path) for path in paths},
        header=headers[0],
    )
