"""The one writer of COCO keypoint files; every converter and the phantoms use it.

A folder of converted data looks like this::

    ROOT/images/{train,val,test}/<file>
    ROOT/annotations/{train,val,test}.json    file_name relative to ROOT/images
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from spondylo_mmpose import __version__
from spondylo_mmpose.spine import anatomy
from spondylo_mmpose.utils.io import write_json

FORMAT_VERSION = '1.1'
"""Version of the fields written here; readers check the part before the dot."""

SPLITS = ('train', 'val', 'test')

CATEGORY_ID = 1

_DECIMALS = 4  # px; finer than any reader, and JSON stays readable


@dataclass(frozen=True)
class Licence:
    """Licence of the images.

    Attributes:
        name: Its usual name.
        url: Where its text stands.
    """

    name: str
    url: str


CC_BY_4 = Licence('CC BY 4.0', 'https://creativecommons.org/licenses/by/4.0/')


@dataclass(frozen=True)
class DatasetInfo:
    """What is said once about a whole data set.

    Attributes:
        description: One line naming the data set.
        url: Where it comes from; empty when nowhere.
        contributor: Who made it.
        licence: Licence of the images, ``None`` when not settled.
        source_digests: Name of each raw source and its SHA-256.
    """

    description: str
    url: str = ''
    contributor: str = ''
    licence: Licence | None = None
    source_digests: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Film:
    """One film and its vertebrae, in the package's own order.

    Attributes:
        file_name: Path relative to the ``images`` folder, with ``/``.
        width: Width of the image file, px.
        height: Height of the image file, px.
        split: ``'train'``, ``'val'`` or ``'test'``.
        corners: ``(N, 4, 2)`` px, corners in the order of ``anatomy.CORNERS``,
            vertebrae sorted upward (``anatomy.order_upward``); NaN for a corner that
            is not labelled. ``(0, 4, 2)`` for a film without labels.
        levels: Level of each vertebra, ``None`` where unknown; counted upward from S1
            when left out.
        level_origin: Where the levels come from.
        orders: Place of each vertebra counted from the lowest, rising; 0, 1, 2 … when
            left out. A gap stands for a vertebra that is in the film but not here.
        patient_id: The same for every film of a patient.
        group: The same for copies of one film; never divide a group between splits.
        source: Short name of where the film comes from.
        sex: ``'M'``, ``'F'`` or ``None``.
        age: Years or ``None``.
        pixel_spacing_mm: ``(x, y)`` mm per px of this image file, or ``None``.
        pixel_spacing_origin: Where the spacing comes from, e.g. ``dicom:PixelSpacing``.
        pixel_spacing_estimate: ``{'mm': [x, y], 'error_percent', 'method'}`` of a
            spacing that was estimated; never to be taken for a known one.
        original_size: ``(width, height)`` px before any export, or ``None``.
        view: ``'lateral'``, ``'ap'`` or ``None``.
        extra: Further fields of the image entry.
        vertebra_extra: Further fields of each annotation, ``N`` mappings or empty.
    """

    file_name: str
    width: int
    height: int
    split: str
    corners: anatomy.FloatArray = field(default_factory=lambda: np.zeros((0, 4, 2)))
    levels: Sequence[str | None] | None = None
    level_origin: str = anatomy.LEVEL_ASSUMED
    orders: Sequence[int] | None = None
    patient_id: str | None = None
    group: str | None = None
    source: str | None = None
    sex: str | None = None
    age: int | None = None
    pixel_spacing_mm: tuple[float, float] | None = None
    pixel_spacing_origin: str | None = None
    pixel_spacing_estimate: Mapping[str, Any] | None = None
    original_size: tuple[int, int] | None = None
    view: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    vertebra_extra: Sequence[Mapping[str, Any]] = ()

    @property
    def group_or_self(self) -> str:
        """What copies of the film share; its own name where it has no group."""
        return self.group or self.file_name

    @property
    def patient_or_self(self) -> str:
        """The patient; the group, or the film's name, stands for one not known."""
        return self.patient_id or self.group_or_self

    @property
    def all_levels(self) -> Sequence[str | None]:
        """Level of each vertebra; counted upward from S1 where they were left out."""
        if self.levels is None:
            return anatomy.levels_upward(len(self.corners))
        return self.levels


def coco_dataset(films: Iterable[Film], info: DatasetInfo) -> dict[str, Any]:
    """Encode films of one split as a COCO keypoint data set.

    Ids count from 1 in the order of the file names, so equal input gives equal output.

    Args:
        films: The films, in any order.
        info: What holds for all of them.

    Returns:
        A dictionary ready for JSON. A corner that is not labelled is ``0, 0, 0`` as
        COCO wants it; ``bbox`` is ``anatomy.vertebra_boxes`` within the image (x, y,
        width, height, px); ``area`` is the quad's (px²), or the box's where corners
        miss.

    Raises:
        ValueError: If a film is malformed: unsorted vertebrae, a vertebra with fewer
            than two corners, lengths that differ, or a file name that stands twice.
    """
    ordered = sorted(films, key=lambda film: film.file_name)
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    seen: set[str] = set()
    for image_id, film in enumerate(ordered, start=1):
        if film.file_name in seen:
            raise ValueError(f'{film.file_name}: stands twice')
        seen.add(film.file_name)
        images.append(_image(film, image_id, info.licence))
        for entry in _annotations(film):
            annotations.append(
                {'id': len(annotations) + 1, 'image_id': image_id, **entry}
            )
    return {
        'info': {
            'description': info.description,
            'version': FORMAT_VERSION,
            'url': info.url,
            'contributor': info.contributor,
            'format_version': FORMAT_VERSION,
            'tool': 'spondylo_mmpose',
            'tool_version': __version__,
            'source_digests': dict(sorted(info.source_digests.items())),
        },
        'licenses': [{'id': 1, **asdict(info.licence)}] if info.licence else [],
        'images': images,
        'annotations': annotations,
        'categories': [
            {
                'id': CATEGORY_ID,
                'name': 'vertebra',
                'supercategory': 'spine',
                'keypoints': list(anatomy.CORNERS),
                # COCO counts keypoints from 1 here.
                'skeleton': [[a + 1, b + 1] for a, b in anatomy.SKELETON],
            }
        ],
    }


def write_coco(
    root: str | Path, films: Iterable[Film], info: DatasetInfo
) -> dict[str, Path]:
    """Write ``ROOT/annotations/<split>.json`` for every split that has films.

    The images are the caller's: ``ROOT/images/<film.file_name>``.

    Args:
        root: Folder of the converted data set.
        films: Films of all splits.
        info: What holds for all of them.

    Returns:
        The file written for each split.

    Raises:
        ValueError: If a film is malformed.
        SpondyloError: If a file cannot be written.
    """
    films = list(films)
    datasets = {
        split: coco_dataset([film for film in films if film.split == split], info)
        for split in SPLITS
        if any(film.split == split for film in films)
    }
    if sum(len(d['images']) for d in datasets.values()) != len(films):
        raise ValueError(f'the split of a film is one of {", ".join(SPLITS)}')
    return {
        split: write_json(Path(root) / 'annotations' / f'{split}.json', dataset, None)
        for split, dataset in datasets.items()
    }


def _image(film: Film, image_id: int, licence: Licence | None) -> dict[str, Any]:
    spacing, size = film.pixel_spacing_mm, film.original_size
    return {
        'id': image_id,
        'file_name': film.file_name,
        'width': int(film.width),
        'height': int(film.height),
        **({'license': 1} if licence else {}),
        'patient_id': film.patient_id,
        'group': film.group,
        'source': film.source,
        'split': film.split,
        'sex': film.sex,
        'age': film.age,
        'pixel_spacing_mm': None if spacing is None else [float(v) for v in spacing],
        'pixel_spacing_origin': film.pixel_spacing_origin,
        'pixel_spacing_estimate': film.pixel_spacing_estimate,
        'original_size': None if size is None else [int(v) for v in size],
        'view': film.view,
        **film.extra,
    }


def _annotations(film: Film) -> list[dict[str, Any]]:
    spine = anatomy.as_spine(film.corners)
    number = len(spine)
    if number == 0:
        return []
    orders = range(number) if film.orders is None else film.orders
    levels = film.all_levels
    extra = film.vertebra_extra or [{}] * number
    if not len(orders) == len(levels) == len(extra) == number:
        raise ValueError(
            f'{film.file_name}: one order, level and extra for each vertebra'
        )
    if any(a >= b for a, b in pairwise(orders)):
        raise ValueError(f'{film.file_name}: orders do not rise')
    labelled = np.isfinite(spine).all(axis=2)
    if labelled.sum(axis=1).min() < 2:
        raise ValueError(f'{film.file_name}: a vertebra with fewer than two corners')
    spine = np.where(labelled[..., None], spine, np.nan)
    if not np.array_equal(anatomy.order_upward(spine), np.arange(number)):
        raise ValueError(f'{film.file_name}: vertebrae are not sorted upward')

    complete = labelled.all(axis=1)
    boxes = anatomy.vertebra_boxes(spine)
    size = np.tile([film.width, film.height], 2)
    boxes[~complete] = np.clip(boxes[~complete], 0, size)
    boxes[:, 2:] -= boxes[:, :2]
    areas = np.abs(anatomy.signed_areas(spine))
    areas = np.where(complete, areas, boxes[:, 2] * boxes[:, 3])
    visible = np.where(labelled, 2.0, 0.0)
    keypoints = np.concatenate([np.nan_to_num(spine), visible[..., None]], axis=2)
    return [
        {
            'category_id': CATEGORY_ID,
            'keypoints': _rounded(keypoints[i].ravel()),
            'num_keypoints': int(labelled[i].sum()),
            'bbox': _rounded(boxes[i]),
            'area': round(float(areas[i]), _DECIMALS),
            'iscrowd': 0,
            'level': levels[i],
            'level_origin': film.level_origin,
            'order': int(orders[i]),
            **extra[i],
        }
        for i in range(number)
    ]


def _rounded(values: anatomy.FloatArray) -> list[float]:
    # + 0.0 turns a negative zero into a plain one.
    return [round(float(v), _DECIMALS) + 0.0 for v in values]
