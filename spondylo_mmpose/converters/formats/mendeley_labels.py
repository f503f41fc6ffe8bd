"""Parse one label file: JSON lists in pixels, or YOLO-pose text in shares of one."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import yaml

from spondylo_mmpose.converters.corner_names import ParsedName, parse_label
from spondylo_mmpose.converters.json_text import decode_json
from spondylo_mmpose.converters.labels import (
    LEVEL_FROM_FILE,
    LabelError,
    RawLabels,
    make_box,
    make_vertebra,
    numbers,
)

USUAL = {'json': 'BL-BR-TL-TR', 'txt': 'TL-BL-BR-TR'}
"""The order that each format of the data set has in all films looked at."""

# Six decimals of a share of 3000 px are 0.0015 px; whole and half pixels come back.
_TXT_DECIMALS = 2


def parse_json(content: bytes) -> RawLabels:
    """Parse ``{"boxes": [[x1,y1,x2,y2]], "keypoints": [[[x,y,v]*4]], "labels": []}``.

    Args:
        content: The file.

    Returns:
        The vertebrae, px. A vertebra that is faulty by itself carries its fault.

    Raises:
        LabelError: If the file as a whole cannot be read.
    """
    try:
        data = decode_json(content)
    except ValueError as error:
        raise LabelError(str(error)) from error
    if not isinstance(data, dict) or not isinstance(data.get('keypoints'), list):
        raise LabelError('no list "keypoints"')
    keypoints = data['keypoints']
    notes = []
    extras: dict[str, list[Any]] = {}
    for name in ('boxes', 'labels'):
        values = data.get(name)
        extras[name] = values if isinstance(values, list) else []
        if len(extras[name]) != len(keypoints):
            # The lists run in parallel; which entry is missing cannot be known.
            notes.append('list_lengths_differ')
            extras[name] = []
    vertebrae = []
    for index, points in enumerate(keypoints):
        box = numbers(extras['boxes'][index]) if extras['boxes'] else None
        label = numbers([extras['labels'][index]]) if extras['labels'] else [0.0]
        rows = [numbers(p) for p in points] if isinstance(points, list) else []
        if len({len(row) for row in rows if row is not None}) > 1:
            rows = [None] * len(rows)  # a number is missing somewhere
        vertebrae.append(
            make_vertebra(index, rows, make_box(box), label[0] if label else math.nan)
        )
    return RawLabels(vertebrae, USUAL['json'], notes=sorted(set(notes)))


def class_names(content: bytes) -> dict[int, ParsedName]:
    """What the ``names`` of a ``data.yaml`` say of classes, beside "vertebra".

    Args:
        content: The file; one that cannot be read says nothing.

    Returns:
        By class number those names that tell a level, or that it is no vertebra.
    """
    try:
        told = yaml.safe_load(content.decode('utf-8-sig'))
    except (ValueError, RecursionError, yaml.YAMLError):
        return {}
    names = told.get('names') if isinstance(told, dict) else None
    if isinstance(names, list):
        names = dict(enumerate(names))
    if not isinstance(names, dict):
        return {}
    parsed = {
        key: parse_label(name)
        for key, name in names.items()
        if isinstance(key, int) and isinstance(name, str)
    }
    return {k: name for k, name in parsed.items() if name.level or not name.vertebra}


def parse_txt(
    content: bytes,
    width: int,
    height: int,
    names: Mapping[int, ParsedName] | None = None,
) -> RawLabels:
    """Parse YOLO-pose lines ``class xc yc w h`` and four ``x y v``, or four ``x y``.

    Args:
        content: The file.
        width: Width of its image, px; the file holds shares of it.
        height: Height of its image, px.
        names: Those of :func:`class_names`.

    Returns:
        The vertebrae, px, rounded to 0.01 px.

    Raises:
        LabelError: If a field is no number.
    """
    try:
        lines = content.decode('utf-8-sig').splitlines()
        rows = [[float(f) for f in line.split()] for line in lines if line.strip()]
    except ValueError as error:
        raise LabelError(f'not YOLO-pose text: {error}') from error
    vertebrae = []
    notes = []
    for index, row in enumerate(rows):
        name = (names or {}).get(int(row[0])) if math.isfinite(row[0]) else None
        if name is not None and not name.vertebra:
            notes.append('shape_unused')
            continue
        step = 2 if len(row) == 13 else 3
        # A line of another length: the corners cannot be told apart.
        tail = row[5:] if len(row) in (13, 17) else []
        points: list[list[float] | None] = [
            [x * width, y * height, *more]
            for x, y, *more in (tail[i : i + step] for i in range(0, len(tail), step))
        ]
        box = None
        if len(row) >= 5:
            x, y, w, h = np.array(row[1:5]) * (width, height, width, height)
            box = make_box([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
        found = make_vertebra(index, points, box, row[0])
        if found.corners is not None:
            found.corners = found.corners.round(_TXT_DECIMALS)
        if name is not None:
            found.level, found.label = name.level, 0.0
        vertebrae.append(found)
    labels = RawLabels(vertebrae, USUAL['txt'], notes=notes)
    if any(vertebra.level for vertebra in vertebrae):
        labels.lowest, labels.level_origin = None, LEVEL_FROM_FILE
        labels.listed = 'any'
    return labels
