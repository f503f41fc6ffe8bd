"""Axis-aligned boxes of vertebrae."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spondylo_mmpose.spine.anatomy import FloatArray, hull_boxes

DOUBLED_IOU = 0.3
"""Hull boxes that overlap more are two of one vertebra, see docs/end_to_end.md."""


def box_ious(one: ArrayLike, other: ArrayLike) -> FloatArray:
    """Overlap of boxes: intersection over union.

    Args:
        one: ``(..., 4)`` boxes ``x1, y1, x2, y2``, px.
        other: The same; both are broadcast over all but the last axis.

    Returns:
        ``(...)`` in [0, 1]; 0 where neither box has an area.
    """
    a, b = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    overlap = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    both = np.clip(overlap, 0, None).prod(axis=-1)
    areas = (a[..., 2:] - a[..., :2]).prod(-1) + (b[..., 2:] - b[..., :2]).prod(-1)
    ious: FloatArray = both / np.maximum(areas - both, 1e-9)
    return ious


def boxes_to_look_again(
    corners: ArrayLike, boxes: NDArray[np.floating]
) -> NDArray[np.float32]:
    """Boxes for another look of a model of crops: hulls of what it said before.

    Args:
        corners: ``(N, 4, 2)`` px that it said.
        boxes: ``(N, 4)`` px that it looked in; they stay where a hull is none.

    Returns:
        ``(N, 4)`` ``x1, y1, x2, y2``, px.
    """
    said = np.asarray(corners)
    hulls = hull_boxes(said).astype(np.float32)
    usable = np.isfinite(said).all((1, 2)) & (hulls[:, 2:] > hulls[:, :2]).all(1)
    return np.where(usable[:, None], hulls, boxes).astype(np.float32)


def look_in_boxes(
    look: Callable[[NDArray[np.float32], bool], dict[str, NDArray[np.float32]]],
    boxes: NDArray[np.float32],
    passes: int,
) -> dict[str, NDArray[np.float32]]:
    """Have a model of crops look as often as asked, see :func:`boxes_to_look_again`.

    Args:
        look: Tells ``keypoints`` ``(N, 4, 2)`` px, ``keypoint_scores`` ``(N, 4)`` and
            maybe more of N boxes, and is told whether it is asked for the last time:
            what it says before only draws the next boxes, and may be said quickly.
        boxes: ``(N, 4)`` px of the first look; N may be 0.
        passes: Number of looks.

    Returns:
        What the last look told; the first two, empty, without boxes.
    """
    told = {
        'keypoints': np.zeros((0, 4, 2), np.float32),
        'keypoint_scores': np.zeros((0, 4), np.float32),
    }
    for left in reversed(range(passes if len(boxes) else 0)):
        told = look(boxes, left == 0)
        boxes = boxes_to_look_again(told['keypoints'], boxes)
    return told


@dataclass(frozen=True)
class FilmBoxes:
    """Boxes of one film.

    Attributes:
        boxes: ``(N, 4)`` ``x1, y1, x2, y2``, px of the film.
        scores: ``(N,)`` in [0, 1].
        slots: ``(N,)`` places counted upward from S1, where what found the boxes names
            vertebrae.
        corners: ``(N, 4, 2)`` px of the film, where what found the boxes places them.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    slots: NDArray[np.integer] | None = None
    corners: NDArray[np.float32] | None = None

    def best(self, threshold: float, most: int, size: tuple[int, int]) -> 'FilmBoxes':
        """Boxes that count, within the film, the best first.

        Args:
            threshold: Least score.
            most: Largest number.
            size: Width and height of the film, px. A box that has no px of it goes.
        """
        # As the data set cuts the boxes that pose models are trained on.
        border = np.array([*size, *size], np.float32) - 1
        boxes = np.clip(self.boxes.reshape(-1, 4), 0, border)
        counts = (self.scores >= threshold) & (boxes[:, 2:] > boxes[:, :2]).all(1)
        order = np.argsort(-self.scores, kind='stable')
        chosen = order[counts[order]][:most]
        slots = None if self.slots is None else self.slots[chosen]
        corners = None if self.corners is None else self.corners[chosen]
        return FilmBoxes(boxes[chosen], self.scores[chosen], slots, corners)
