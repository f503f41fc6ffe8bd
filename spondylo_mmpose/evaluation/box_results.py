"""Boxes of vertebrae in the form of COCO detection results."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.coco_results import checked_entries, images_by_id
from spondylo_mmpose.evaluation.json_checks import numbers, objects, score_of
from spondylo_mmpose.spine.anatomy import FloatArray
from spondylo_mmpose.utils.io import read_json

BoxResults = Mapping[int, tuple[FloatArray, FloatArray]]
"""By image id the boxes ``(N, 4)`` ``x1, y1, x2, y2``, px, and scores ``(N,)``."""


def read_box_results(
    path: str | Path, contents: Sequence[Mapping[str, Any]]
) -> BoxResults:
    """Read the boxes that a detector found.

    Args:
        path: JSON: a list of ``{image_id, category_id, bbox, score}`` with ``bbox`` as
            x, y, width, height in px. Other fields are not looked at.
        contents: Decoded annotation files of the films, which tell what the ids stand
            for. Their other films are films on which nothing was found.

    Raises:
        SpondyloError: One line that names the file and says which entry is wrong.
    """
    if not Path(path).is_file():
        raise SpondyloError(
            f'{path}: no such file; write it with tools/test.py DETECTOR CHECKPOINT '
            '--save-boxes FILE.json'
        )
    value = read_json(path)
    try:
        return _decode(value, contents)
    except ValueError as error:
        raise SpondyloError(f'{path}: {error}') from error


def _decode(value: Any, contents: Sequence[Mapping[str, Any]]) -> BoxResults:
    images = images_by_id(contents)
    boxes: dict[int, list[FloatArray]] = {}
    scores: dict[int, list[float]] = {}
    entries = objects(value, 'COCO detection results')
    for at, image, entry in checked_entries(entries, images, contents):
        x, y, width, height = numbers(entry.get('bbox'), 4, f'{at}: bbox')
        if width < 0 or height < 0:
            raise ValueError(f'{at}: bbox has a negative width or height')
        score = score_of(entry.get('score'), at)
        if np.isnan(score):
            raise ValueError(f'{at}: has no score')
        boxes.setdefault(image, []).append(np.array([x, y, x + width, y + height]))
        scores.setdefault(image, []).append(score)
    return {key: (np.stack(boxes[key]), np.array(scores[key])) for key in boxes}
