"""Parse one label file: JSON lists in pixels, or YOLO-pose text in shares of one."""

import json
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from spondylo_mmpose.spine.anatomy import FloatArray

# Six decimals of a share of 3000 px are 0.0015 px; whole and half pixels come back.
_TXT_DECIMALS = 2


class LabelError(ValueError):
    """A label file that cannot be read as a whole."""


@dataclass
class RawVertebra:
    """One vertebra as it stands in the file.

    Attributes:
        index: Its place in the file, from 0.
        corners: ``(4, 2)`` px in the file's own order, NaN where not labelled;
            ``None`` when there is a fault.
        box: The file's box ``x1, y1, x2, y2`` px, ``None`` when missing or broken.
        fault: Kind of the fault, one of the report's kinds.
        label: Class number.
    """

    index: int
    corners: FloatArray | None
    box: FloatArray | None = None
    fault: str | None = None
    label: float = 0.0


@dataclass
class RawLabels:
    """A label file.

    Attributes:
        format: ``'json'`` or ``'txt'``.
        vertebrae: In file order.
        notes: Kinds of faults of the file that leave it usable.
    """

    format: str
    vertebrae: list[RawVertebra]
    notes: list[str] = field(default_factory=list)


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
        # NaN is let in here, so that it costs one vertebra and not the film.
        data = json.loads(content.decode('utf-8-sig'))
    except (ValueError, RecursionError) as error:
        raise LabelError(f'not JSON: {error}') from error
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
        box = _numbers(extras['boxes'][index]) if extras['boxes'] else None
        label = _numbers([extras['labels'][index]]) if extras['labels'] else [0.0]
        rows = [_numbers(p) for p in points] if isinstance(points, list) else []
        vertebrae.append(
            _vertebra(index, rows, _box(box), label[0] if label else math.nan)
        )
    return RawLabels('json', vertebrae, sorted(set(notes)))


def parse_txt(content: bytes, width: int, height: int) -> RawLabels:
    """Parse YOLO-pose lines ``class xc yc w h`` and four ``x y v``, or four ``x y``.

    Args:
        content: The file.
        width: Width of its image, px; the file holds shares of it.
        height: Height of its image, px.

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
    for index, row in enumerate(rows):
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
            box = _box([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
        found = _vertebra(index, points, box, row[0])
        if found.corners is not None:
            found.corners = found.corners.round(_TXT_DECIMALS)
        vertebrae.append(found)
    return RawLabels('txt', vertebrae)


def _vertebra(
    index: int, rows: list[list[float] | None], box: FloatArray | None, label: float
) -> RawVertebra:
    def faulty(kind: str) -> RawVertebra:
        return RawVertebra(index, None, box, kind, label)

    if len(rows) != 4:
        return faulty('corner_missing')
    corners = np.full((4, 2), np.nan)
    for corner, row in zip(corners, rows, strict=True):
        if row is None or len(row) not in (2, 3):
            return faulty('corner_malformed')
        visible = row[2] if len(row) == 3 else 2.0
        if not math.isfinite(visible):
            return faulty('not_finite')
        if visible <= 0:
            continue
        if not (math.isfinite(row[0]) and math.isfinite(row[1])):
            return faulty('not_finite')
        corner[:] = row[:2]
    if np.isnan(corners).all():
        return faulty('vertebra_unlabelled')
    return RawVertebra(index, corners, box, None, label)


def _numbers(values: Any) -> list[float] | None:
    """A list of floats, NaN for null; ``None`` if it is anything else."""
    if not isinstance(values, list):
        return None
    numbers = []
    for value in values:
        if isinstance(value, bool) or not isinstance(value, (int, float, type(None))):
            return None
        try:
            numbers.append(math.nan if value is None else float(value))
        except OverflowError:
            numbers.append(math.inf)
    return numbers


def _box(values: list[float] | None) -> FloatArray | None:
    if values is None or len(values) != 4:
        return None
    box = np.array(values)
    if not np.isfinite(box).all() or (box[2:] <= box[:2]).any():
        return None
    return box
