"""The one reader of annotation files, the check of the COCO contract included."""

from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from spondylo_mmpose.converters.coco import FORMAT_VERSION, SPLITS
from spondylo_mmpose.converters.film_facts import fact_fault
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.spine.anatomy import CORNERS
from spondylo_mmpose.utils.io import read_json

_NEEDED = ('images', 'annotations', 'categories')


def files_of_splits(folder: Path) -> list[Path]:
    """Those of ``train.json``, ``val.json`` and ``test.json`` that a folder holds."""
    files = [folder / f'{split}.json' for split in SPLITS]
    return [file for file in files if file.is_file()]


def read_annotation_file(path: Path) -> dict[str, Any]:
    """Read a COCO keypoint file; check it as a whole and each of its entries.

    MMPose passes over an annotation without box or image in silence; a data set that
    shrinks unseen is worse than one that is refused.

    Args:
        path: The file.

    Returns:
        Its content: ``images``, ``annotations`` and ``categories`` are lists of
        objects that fulfil the contract.

    Raises:
        SpondyloError: If the file is missing, no COCO keypoint file of the four
            corners, of a later format, or has a malformed entry.
    """
    if not path.is_file():
        raise SpondyloError(f'{path}: no such annotation file; {_mend(path)}')
    content: Any = read_json(path)
    if not isinstance(content, dict) or not all(
        isinstance(content.get(key), list)
        and all(isinstance(entry, dict) for entry in content[key])
        for key in _NEEDED
    ):
        raise SpondyloError(
            f'{path}: is no COCO file (lists {", ".join(_NEEDED)} needed)'
        )
    if fault := version_fault(content.get('info')):
        raise SpondyloError(f'{path}: {fault}; convert the data set again')
    _check_corners(path, content['categories'])
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
        if fault := _image_fault(image):
            raise SpondyloError(
                f'{path}: image {image["file_name"]} {fault}; convert the data set '
                'again'
            )
    for place, annotation in enumerate(content['annotations']):
        if fault := _annotation_fault(annotation, films):
            raise SpondyloError(
                f'{path}: annotation {place} {fault}; convert the data set again'
            )
    return content


def version_fault(info: Any) -> str | None:
    """What is wrong with the version of a file; files of other tools name none.

    Args:
        info: The file's ``info``.
    """
    version = info.get('format_version') if isinstance(info, dict) else None
    if version is None or str(version).split('.')[0] == FORMAT_VERSION.split('.')[0]:
        return None
    return f'has format version {version}, this program reads {FORMAT_VERSION}'


def _mend(path: Path) -> str:
    """How to come by a file that is missing, from what lies around it."""
    folder = path.parent
    fold = min(folder.glob(f'fold*/{path.name}'), default=None)
    if fold is not None:
        return (
            f'{folder.name} has folds, of which a run takes one: set '
            f'SPONDYLO_SPLIT={folder.name}/{fold.parent.name}'
        )
    beside = [file.name for file in files_of_splits(folder)]
    if path.stem in SPLITS and beside:
        root = next((p.parent for p in path.parents if p.name == 'annotations'), folder)
        return (
            f'its folder holds {" and ".join(beside)} alone; divide the films with '
            f'"tools/split_dataset.py ratio {root} --name r70" and set '
            'SPONDYLO_SPLIT=r70'
        )
    return (
        'make one with tools/convert_dataset.py or tools/make_phantoms.py --layout '
        'coco, or name the data set in SPONDYLO_DATA or --cfg-options data_root=..., '
        'and its split, if not the one it came with, in SPONDYLO_SPLIT'
    )


def _check_corners(path: Path, categories: list[dict[str, Any]]) -> None:
    names = [category.get('keypoints') for category in categories]
    if [_length(corners) for corners in names] != [len(CORNERS)]:
        raise SpondyloError(
            f'{path}: needs one category with four corners; convert it with '
            'tools/convert_dataset.py'
        )
    if names != [list(CORNERS)]:
        raise SpondyloError(
            f'{path}: its corners are not {", ".join(CORNERS)}; convert it with '
            'tools/convert_dataset.py coco'
        )


def _image_fault(image: dict[str, Any]) -> str | None:
    """What is wrong with one image entry."""
    name = image['file_name']
    parts = PurePosixPath(name).parts
    if not parts or name.startswith('/') or '..' in parts or '\\' in name:
        return 'leads out of the folder of images'
    size = [image.get('width'), image.get('height')]
    if not all(type(side) is int and side > 0 for side in size):
        return 'has no width and height in whole px'
    faults = ((key, fact_fault(key, value)) for key, value in image.items())
    return next((f'has a {key} that {fault}' for key, fault in faults if fault), None)


def _annotation_fault(annotation: dict[str, Any], films: set[int]) -> str | None:
    """What is wrong with one annotation."""
    image = annotation.get('image_id')
    if not isinstance(image, int) or image not in films:
        return 'belongs to no image'
    if not _numbers(annotation.get('keypoints'), 12):
        return 'has not four corners x, y, v'
    box = annotation.get('bbox')
    if not _numbers(box, 4) or min(box[2:]) <= 0:  # type: ignore[index]
        return 'has no box'
    if not isinstance(annotation.get('level'), (str, type(None))):
        return 'has a level that is no text'
    return None


def _numbers(values: Any, number: int) -> bool:
    return (
        _length(values) == number
        and all(type(value) in (int, float) for value in values)
        and bool(np.isfinite(values).all())
    )


def _length(values: Any) -> int:
    return len(values) if isinstance(values, list) else 0
