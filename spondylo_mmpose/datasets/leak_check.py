"""Refusing annotation files whose films leak, before anything is learned from them."""

import logging
from functools import lru_cache
from pathlib import Path
from typing import Any

from mmengine.logging import print_log

from spondylo_mmpose.converters.annotation_file import (
    files_of_splits,
    read_annotation_file,
)
from spondylo_mmpose.converters.coco import SPLITS
from spondylo_mmpose.converters.film_groups import divided_films, labelled_images
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.splits.split_file import SplitFile, check_member
from spondylo_mmpose.utils.io import read_json


def check_leaks(ann_file: str | Path, allow_leaks: bool = False) -> None:
    """Hold an annotation file against its split and the files beside it.

    A file of a split must be as it was written. Of ``train.json``, ``val.json`` and
    ``test.json`` in one folder no two may have labelled films of the same patient or
    group; films without labels do not count. A file of another name has no siblings.

    Args:
        ann_file: The file; checked by :func:`.read_annotation_file` before.
        allow_leaks: Warn instead of refusing.

    Raises:
        SpondyloError: If the file leaks or was edited, or a file beside it cannot be
            read.
    """
    path = Path(ann_file)
    try:
        split = check_member(path, read_json(path))
        _check_siblings(path, split)
    except SpondyloError as error:
        if not allow_leaks:
            raise
        print_log(
            f'allow_leaks is set, numbers may flatter: {error}',
            'current',
            logging.WARNING,
        )
        return
    if split is not None:
        print_log(
            f'{path}: split {split.name} ({split.method}), digest {split.digest[:12]}',
            'current',
        )


def _check_siblings(path: Path, split: SplitFile | None) -> None:
    if path.suffix != '.json' or path.stem not in SPLITS:
        return
    siblings = files_of_splits(path.parent)
    images = {sibling.name: _labelled_images(sibling) for sibling in siblings}
    leaks = divided_films(images, split.together if split else ())
    if not leaks:
        return
    files = sorted({name for parts in leaks for name in parts}, key=list(images).index)
    folder = path.parent
    root = folder.parent if folder.name == 'annotations' else 'ROOT'
    raise SpondyloError(
        f'{path}: {len(leaks)} patients or groups of copies have labelled films in '
        f'more than one of {", ".join(files)}, which flatters every number; divide '
        f'anew with "tools/split_dataset.py ratio {root} --name r70" and set '
        'SPONDYLO_SPLIT=r70, or set allow_leaks=True of the data sets'
    )


def _labelled_images(path: Path) -> list[dict[str, Any]]:
    status = path.stat()
    return _read_labelled_images(path, status.st_mtime_ns, status.st_size)


# Each data set of a run looks at the same two or three files.
@lru_cache(maxsize=8)
def _read_labelled_images(path: Path, _time: int, _size: int) -> list[dict[str, Any]]:
    return labelled_images(read_annotation_file(path))
