"""Labels of one film as they stand in a file, before anything is made of them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from spondylo_mmpose.converters.encodings import KNOWN
from spondylo_mmpose.spine.anatomy import LEVEL_ASSUMED, FloatArray

LEVEL_FROM_FILE = 'file'
"""``level_origin`` of levels that the labels name."""

LEVEL_FROM_DATASET = 'dataset'
"""``level_origin`` of levels that follow from the data set's definition."""


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
        label: Class number; 0 is a vertebra.
        partial: Whether the format labels only these corners, on purpose.
        level: Level that the file names.
        order: Place counted from the lowest that the file gives.
        extra: Further fields for the annotation.
        named: Whether its corners stand in the order of ``anatomy.CORNERS`` because
            the file names each, in a file with ``free_start``.
        detail: What the report says of ``fault``.
    """

    index: int
    corners: FloatArray | None
    box: FloatArray | None = None
    fault: str | None = None
    label: float = 0.0
    partial: bool = False
    level: str | None = None
    order: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    named: bool = False
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class RawLabels:
    """Labels of one film.

    Attributes:
        vertebrae: In file order.
        usual: Corner order that the format has, a name of ``encodings.ENCODINGS``.
        candidates: Corner orders that the vote may choose.
        notes: Kinds of faults of the file that leave it usable.
        listed: Whether the format lists vertebrae downward, upward or in any order.
        lowest: Level of the lowest vertebra, from which the others are counted;
            ``None`` takes each vertebra's own.
        level_origin: Where the levels come from.
        number: How many vertebrae, from ``lowest`` upward, the data set defines. With
            another number of them no level is known.
        free_start: Whether each quad may begin at another corner, as drawn by hand.
    """

    vertebrae: list[RawVertebra]
    usual: str
    candidates: Sequence[str] = KNOWN
    notes: list[str] = field(default_factory=list)
    listed: Literal['down', 'up', 'any'] = 'down'
    lowest: str | None = 'S1'
    level_origin: str = LEVEL_ASSUMED
    number: int | None = None
    free_start: bool = False


def make_vertebra(
    index: int,
    points: Sequence[Sequence[float] | None],
    box: FloatArray | None = None,
    label: float = 0.0,
) -> RawVertebra:
    """Check four points ``x, y`` or ``x, y, v`` and make a vertebra of them.

    Args:
        index: Place in the file.
        points: The points, px; ``None`` for one that is malformed. ``v = 0`` means
            not labelled.
        box: The file's box.
        label: Class number.

    Returns:
        The vertebra, with a fault where the points are no quad.
    """

    def faulty(kind: str) -> RawVertebra:
        return RawVertebra(index, None, box, kind, label)

    if len(points) != 4:
        return faulty('corner_missing')
    corners = np.full((4, 2), np.nan)
    for corner, point in zip(corners, points, strict=True):
        if point is None or len(point) not in (2, 3):
            return faulty('corner_malformed')
        visible = point[2] if len(point) == 3 else 2.0
        if not math.isfinite(visible):
            return faulty('not_finite')
        if visible < 0:
            return faulty('corner_malformed')
        if visible == 0:
            continue
        if not (math.isfinite(point[0]) and math.isfinite(point[1])):
            return faulty('not_finite')
        corner[:] = point[:2]
    if np.isfinite(corners).all(axis=1).sum() < 2:
        # One corner alone is neither an end plate nor a box.
        return faulty('vertebra_unlabelled')
    return RawVertebra(index, corners, box, None, label)


def numbers(values: Any) -> list[float] | None:
    """A list of floats, NaN for null; ``None`` if it is anything else."""
    if not isinstance(values, list):
        return None
    found = []
    for value in values:
        if isinstance(value, bool) or not isinstance(value, (int, float, type(None))):
            return None
        try:
            found.append(math.nan if value is None else float(value))
        except OverflowError:
            found.append(math.inf)
    return found


def make_box(values: Sequence[float] | None) -> FloatArray | None:
    """A box ``x1, y1, x2, y2``, ``None`` unless it is four numbers with an area."""
    if values is None or len(values) != 4:
        return None
    box = np.array(values, dtype=float)
    if not np.isfinite(box).all() or (box[2:] <= box[:2]).any():
        return None
    return box
