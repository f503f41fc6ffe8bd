"""Is an annotation file what :class:`.SpondyloDataset` can read?"""

from pathlib import Path
from typing import Any

import numpy as np

from spondylo_mmpose.converters.coco import FORMAT_VERSION
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.io import read_json

_NEEDED = ('images', 'annotations', 'categories')


def check_annotation_file(path: Path) -> None:
    """Check a COCO keypoint file as a whole and each of its entries.

    MMPose passes over an annotation without box or image in silence; a data set that
    shrinks unseen is worse than one that is refused.

    Args:
        path: The file.

    Raises:
        SpondyloError: If the file is missing, no COCO keypoint file of four corners, of
            a later format, or has a malformed entry.
    """
    if not path.is_file():
        raise SpondyloError(
            f'{path}: no such annotation file; make one with '
            'tools/convert_dataset.py or tools/make_phantoms.py --layout coco, or '
            'name the data set in SPONDYLO_DATA or --cfg-options data_root=..., and '
            'its split, if not the one it came with, in SPONDYLO_SPLIT'
        )
    content = read_json(path)
    if not isinstance(content, dict) or not all(
        isinstance(content.get(key), list)
        and all(isinstance(entry, dict) for entry in content[key])
        for key in _NEEDED
    ):
        raise SpondyloError(
            f'{path}: is no COCO file (lists {", ".join(_NEEDED)} needed)'
        )
    _check_version(path, content.get('info'))
    corners = [_length(c.get('keypoints')) for c in content['categories']]
    if corners != [4]:
        raise SpondyloError(
            f'{path}: needs one category with four corners; convert it with '
            'tools/convert_dataset.py'
        )
    films = {
        image['id']
        for image in content['images']
        if isinstance(image.get('id'), int) and isinstance(image.get('file_name'), str)
    }
    if len(films) != len(content['images']):
        raise SpondyloError(
            f'{path}: an image has no id of its own or no file_name; convert the data '
            'set again'
        )
    for image in content['images']:
        size = [image.get('width'), image.get('height')]
        if not _numbers(size, 2) or min(size) <= 0:
            raise SpondyloError(
                f'{path}: image {image["file_name"]} has no width and height; convert '
                'the data set again'
            )
        if fault := _spacing_fault(image):
            raise SpondyloError(
                f'{path}: image {image["file_name"]} {fault}; convert the data set '
                'again'
            )
    for place, annotation in enumerate(content['annotations']):
        if fault := _fault(annotation, films):
            raise SpondyloError(
                f'{path}: annotation {place} {fault}; convert the data set again'
            )


def _check_version(path: Path, info: Any) -> None:
    """Refuse a file of a later format; files of other tools name none."""
    version = info.get('format_version') if isinstance(info, dict) else None
    if version is not None and (
        str(version).split('.')[0] != FORMAT_VERSION.split('.')[0]
    ):
        raise SpondyloError(
            f'{path}: has format version {version}, this program reads '
            f'{FORMAT_VERSION}; convert the data set again'
        )


def _spacing_fault(image: dict[str, Any]) -> str | None:
    """What is wrong with the pixel spacing of an image, if it has one."""
    for key in ('pixel_spacing_mm', 'original_size'):
        if image.get(key) is not None and not _positive_pair(image[key]):
            return f'has a {key} that is not two numbers above 0'
    estimate = image.get('pixel_spacing_estimate')
    if estimate is not None and not (
        isinstance(estimate, dict)
        and _positive_pair(estimate.get('mm'))
        and _numbers([estimate.get('error_percent')], 1)
    ):
        return 'has a malformed pixel_spacing_estimate'
    return None


def _positive_pair(values: Any) -> bool:
    return _numbers(values, 2) and min(values) > 0


def _fault(annotation: dict[str, Any], films: set[int]) -> str | None:
    """What is wrong with one annotation."""
    image = annotation.get('image_id')
    if not isinstance(image, int) or image not in films:
        return 'belongs to no image'
    if not _numbers(annotation.get('keypoints'), 12):
        return 'has not four corners x, y, v'
    box = annotation.get('bbox')
    if not _numbers(box, 4) or min(box[2:]) <= 0:  # type: ignore[index]
        return 'has no box'
    return None


def _numbers(values: Any, number: int) -> bool:
    return (
        _length(values) == number
        and all(type(value) in (int, float) for value in values)
        and bool(np.isfinite(values).all())
    )


def _length(values: Any) -> int:
    return len(values) if isinstance(values, list) else 0
