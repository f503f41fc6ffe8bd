"""The inverse of :mod:`.coco`: films out of the content of a COCO keypoint file."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from spondylo_mmpose.converters.coco import DatasetInfo, Film, Licence
from spondylo_mmpose.spine import anatomy
from spondylo_mmpose.spine.anatomy import FloatArray

LEVEL_NOT_GIVEN = 'not_given'
"""``level_origin`` of a film whose annotations say nothing about it."""

_FACTS = {field.name for field in fields(Film)} - {
    'file_name', 'width', 'height', 'split', 'corners', 'levels', 'level_origin',
    'orders', 'extra', 'vertebra_extra',
}  # fmt: skip
_PAIRS = ('pixel_spacing_mm', 'original_size')
_IMAGE_FIELDS = _FACTS | {'id', 'file_name', 'width', 'height', 'split', 'license'}
VERTEBRA_FIELDS = {
    'id', 'image_id', 'category_id', 'keypoints', 'num_keypoints', 'bbox', 'area',
    'iscrowd', 'level', 'level_origin', 'order',
}  # fmt: skip
"""Fields of an annotation that the contract names."""


def films_of_coco(content: Mapping[str, Any], split: str | None = None) -> list[Film]:
    """Decode the films of a COCO file that fulfils the package's contract.

    :func:`.read_annotation_file` tells whether it does. What :func:`.coco_dataset`
    wrote comes back whole: fields that the contract does not name are kept as
    ``extra`` and ``vertebra_extra``.

    Args:
        content: The decoded file.
        split: Split of all films; each entry's own when left out.

    Returns:
        One film for each image, in the order of the file. Vertebrae are sorted by
        their ``order``, or upward where one has none; a corner with ``v = 0`` is NaN.
    """
    vertebrae = annotations_by_image(content)
    return [
        _film(image, vertebrae.get(image['id'], []), split)
        for image in content['images']
    ]


def annotations_by_image(
    content: Mapping[str, Any],
) -> dict[int, list[Mapping[str, Any]]]:
    """Annotations of each image that has any, by its id, in the order of the file."""
    found: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for annotation in content['annotations']:
        found[annotation['image_id']].append(annotation)
    return dict(found)


def facts_of(film: Film) -> dict[str, Any]:
    """What is known of a film beside its place, size and vertebrae.

    Returns:
        Fields of the image entry by their names, without those that hold nothing.
    """
    facts = {key: getattr(film, key) for key in sorted(_FACTS)} | dict(film.extra)
    return {k: v for k, v in facts.items() if v is not None and v != []}


def corners_of(annotations: Sequence[Mapping[str, Any]]) -> FloatArray:
    """Corners of annotations, ``(N, 4, 2)`` px; NaN where ``v`` is 0."""
    keypoints = np.array([a['keypoints'] for a in annotations], dtype=np.float64)
    points = keypoints.reshape(-1, 4, 3)
    return np.where(points[..., 2:] > 0, points[..., :2], np.nan)


def info_of_coco(content: Mapping[str, Any]) -> DatasetInfo:
    """What a COCO file says about its whole data set; gaps become empty."""
    info, licences = content.get('info'), content.get('licenses')
    info = info if isinstance(info, Mapping) else {}
    first = licences[0] if isinstance(licences, list) and licences else {}
    licence = Licence(str(first.get('name', '')), str(first.get('url', '')))
    return DatasetInfo(
        description=str(info.get('description') or ''),
        url=str(info.get('url') or ''),
        contributor=str(info.get('contributor') or ''),
        licence=licence if licence.name else None,
        source_digests=dict(info.get('source_digests') or {}),
    )


def info_of_several(infos: Sequence[DatasetInfo]) -> DatasetInfo:
    """What holds for data sets that are read as one.

    Returns:
        Each description, URL and contributor; a licence where all have the same, since
        none of them may stand for films of another data set.
    """
    licences = {info.licence for info in infos}

    def joined(name: str) -> str:
        told = [getattr(info, name) for info in infos]
        return '; '.join(dict.fromkeys(text for text in told if text))

    return DatasetInfo(
        joined('description'),
        joined('url'),
        joined('contributor'),
        licences.pop() if len(licences) == 1 else None,
    )


def _film(
    image: Mapping[str, Any], annotations: list[Mapping[str, Any]], split: str | None
) -> Film:
    facts = {key: image[key] for key in _FACTS if image.get(key) is not None}
    for key in _PAIRS:
        if key in facts:
            facts[key] = tuple(facts[key])
    film = Film(
        file_name=image['file_name'],
        width=image['width'],
        height=image['height'],
        split=split or image.get('split') or '',
        extra={k: v for k, v in image.items() if k not in _IMAGE_FIELDS},
        **facts,
    )
    if annotations:
        _add_vertebrae(film, annotations)
    return film


def _add_vertebrae(film: Film, annotations: list[Mapping[str, Any]]) -> None:
    corners = corners_of(annotations)
    orders = [annotation.get('order') for annotation in annotations]
    if all(type(o) is int for o in orders) and len(set(orders)) == len(orders):
        places = np.argsort(np.array(orders))
        film.orders = [orders[i] for i in places]
    else:
        places = anatomy.order_upward(corners)
    film.corners = corners[places]
    ordered = [annotations[i] for i in places]
    film.levels = [annotation.get('level') for annotation in ordered]
    origins = [annotation.get('level_origin') for annotation in ordered]
    film.level_origin = origins[0] or LEVEL_NOT_GIVEN
    extra = []
    for annotation, origin in zip(ordered, origins, strict=True):
        own = {k: v for k, v in annotation.items() if k not in VERTEBRA_FIELDS}
        if origin is not None and origin != film.level_origin:
            own['level_origin'] = origin
        extra.append(own)
    film.vertebra_extra = extra
