"""Which vertebra is which: places counted upward, and level names."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.film_report.found import FoundVertebrae
from spondylo_mmpose.film_report.spine_report import ASSUMED, GIVEN, SLOT
from spondylo_mmpose.spine.anatomy import (
    FloatArray,
    centres,
    hull_boxes,
    levels_upward,
)
from spondylo_mmpose.spine.boxes import DOUBLED_IOU, box_ious

APART = 1.8
"""Steps between the centres of two vertebrae above this multiple of their mean height
have a vertebra between them.

True neighbours above S1 are at most 1.80 heights apart on 2100 phantoms (99.9 %: 1.69;
four real films: 1.69), vertebrae with one between them at least 1.85 (99.9 %). S1,
whose height means little, is let alone.
"""


@dataclass(frozen=True)
class Naming:
    """Names of the vertebrae of a film, from the lowest upward.

    Attributes:
        orders: Places; a gap stands for a vertebra that was not found.
        levels: ``None`` above T1.
        origin: Where the names come from.
        is_apart: ``(N - 1,)``, whether a vertebra seems to be missing between
            neighbours in the list.
        is_doubled: ``(N - 1,)``, whether neighbours in the list lie on each other.
    """

    orders: tuple[int, ...]
    levels: tuple[str | None, ...]
    origin: str
    is_apart: tuple[bool, ...]
    is_doubled: tuple[bool, ...]

    @property
    def in_doubt(self) -> tuple[bool, ...]:
        """``(N - 1,)``, whether what is above may be named one too high or low."""
        both = zip(self.is_apart, self.is_doubled, strict=True)
        return tuple(apart or doubled for apart, doubled in both)


def name_levels(found: FoundVertebrae, lowest_level: str | None = None) -> Naming:
    """Name vertebrae.

    Slots of the model tell places; else every vertebra is one above the last, or two
    where one seems to be missing between them.

    Args:
        found: From the lowest vertebra upward.
        lowest_level: Level of the lowest one, where somebody knows it.

    Raises:
        ValueError: If there is no such level.
    """
    apart, doubled = is_apart(found.corners), is_doubled(found.corners)
    if found.slots is not None:
        places = [int(slot) for slot in found.slots]
        first = places[0] if places else 0
    else:
        # A vertebra that stands twice takes one place more than it should: which of
        # the two is right isn't known, and its pairs are not measured.
        steps = 1 + (apart & ~doubled)
        places = [0, *np.cumsum(steps).tolist()][: len(found)]
        first = 0
    orders = tuple(place - first for place in places)
    if lowest_level is not None:
        counted, origin = levels_upward(1 + max(orders, default=0), lowest_level), GIVEN
    elif found.slots is not None:
        counted, origin = levels_upward(1 + max(places, default=0))[first:], SLOT
    else:
        counted, origin = levels_upward(1 + max(orders, default=0)), ASSUMED
    return Naming(
        orders,
        tuple(counted[order] for order in orders),
        origin,
        tuple(apart.tolist()),
        tuple(doubled.tolist()),
    )


def is_apart(corners: FloatArray) -> NDArray[np.bool_]:
    """Whether a vertebra seems to be missing between neighbours, ``(N - 1,)``."""
    if len(corners) < 2:
        return np.zeros(0, dtype=bool)
    walls = (corners[:, 2:] - corners[:, :2]).mean(1)
    heights = np.linalg.norm(walls, axis=1)
    steps = np.linalg.norm(np.diff(centres(corners), axis=0), axis=1)
    # NaN, where corners are missing, is not apart.
    apart = steps > APART * (heights[1:] + heights[:-1]) / 2
    apart[0] = False
    return np.asarray(apart, dtype=np.bool_)


def is_doubled(corners: FloatArray) -> NDArray[np.bool_]:
    """Whether neighbours lie on each other, ``(N - 1,)``."""
    if len(corners) < 2:
        return np.zeros(0, dtype=bool)
    boxes = hull_boxes(corners)
    return np.asarray(box_ious(boxes[1:], boxes[:-1]) > DOUBLED_IOU, dtype=np.bool_)
