"""Which films a run learns from, and whether those it is measured on are among them."""

import hashlib
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.logging import print_log

from spondylo_mmpose.converters.film_groups import (
    comparable_image,
    divided_films,
    image_keys,
    labelled_images,
)
from spondylo_mmpose.engine.launch import dataset_nodes
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.io import read_json

_MEASURED = ('val_dataloader', 'test_dataloader')


def check_run_leaks(config: Config) -> None:
    """Refuse a run that is measured on patients whom it learns from.

    Each data set checks the files in its own folder; this looks at files of different
    folders, as of a split for training and the official one for validation.

    Args:
        config: Of the run. A data set with ``allow_leaks=True`` is only warned of.

    Raises:
        SpondyloError: If training and another loader share a patient or group.
    """
    train = list(_nodes(config, 'train_dataloader'))
    for loader in _MEASURED:
        for node in _nodes(config, loader):
            images = {
                'train': [image for other in train for image in _images(other)],
                loader: _images(node),
            }
            leaks = divided_films(images)
            if not leaks:
                continue
            message = (
                f'{loader}: {len(leaks)} patients or groups of copies in '
                f'{_path(node)} are trained on, which flatters every number; use one '
                'split for all loaders: tools/split_dataset.py makes it, '
                'SPONDYLO_SPLIT names it'
            )
            if not node.get('allow_leaks'):
                raise SpondyloError(f'{message}; or set allow_leaks=True of this one')
            print_log(f'allow_leaks is set: {message}', 'current', logging.WARNING)


def film_keys(config: Config, loader: str) -> list[set[str]]:
    """Keys of the labelled films of a loader; films share one that belong together.

    Args:
        config: Of the run.
        loader: Name of the loader in it.

    Returns:
        For each film hashes of its patient, group and file. They keep names out of a
        checkpoint, but who knows the numbers that patients can have may try them all.
    """
    return [
        {
            hashlib.sha256(f'{field}:{value}'.encode()).hexdigest()[:16]
            for field, value in image_keys(image)
        }
        for node in _nodes(config, loader)
        for image in _images(node)
    ]


def leaks_allowed(config: Config, loader: str) -> bool:
    """Whether a data set of a loader has ``allow_leaks=True``."""
    return any(node.get('allow_leaks') for node in _nodes(config, loader))


def _nodes(config: Config, loader: str) -> Iterable[dict[str, Any]]:
    return dataset_nodes((config.get(loader) or {}).get('dataset') or {})


def _path(node: Mapping[str, Any]) -> Path:
    return Path(node['data_root'] or '') / node['ann_file']


def _images(node: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Labelled images of a data set, none where it cannot be read.

    The data set itself tells what is wrong with its file.
    """
    path = _path(node)
    try:
        images = labelled_images(read_json(path))
        root = Path(node['data_root'] or path.parent).resolve()
        return [comparable_image(image, root) for image in images]
    except (SpondyloError, KeyError, TypeError, AttributeError):
        return []
