"""Which predicted vertebra stands for which true one, on one film.

Two vertebrae are compared by the overlap (intersection over union, IoU) of their hulls,
the axis-aligned boxes of their corners. The names of the corners have no part in it: a
vertebra found with left and right exchanged is found, and its corners are wrong.

**Vertebrae of which only some corners are labelled** (an S1 with its superior end plate
alone, say) have no hull of their own. :func:`.anatomy.vertebra_boxes` puts the missing
corners in roughly. The same is done to the prediction, from the same corners: what it
says of corners that nobody labelled is neither held against it nor counted for it. Had
its own hull been compared with the roughly completed one, a model would be punished for
knowing the sacrum's true depth.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment

from spondylo_mmpose.spine.anatomy import (
    SIDES_SWAPPED,
    FloatArray,
    as_spine,
    vertebra_boxes,
)
from spondylo_mmpose.spine.boxes import box_ious

IOU_THRESHOLD = 0.5
"""Least overlap of a predicted vertebra with the true one that it stands for."""


@dataclass(frozen=True)
class Matches:
    """Pairs of true and predicted vertebrae of a film.

    Attributes:
        true: ``(M,)`` indices of true vertebrae, rising.
        predicted: ``(M,)`` indices of the predicted ones that stand for them.
        ious: ``(M,)`` overlaps of the pairs.
    """

    true: NDArray[np.intp]
    predicted: NDArray[np.intp]
    ious: FloatArray

    def __len__(self) -> int:
        """Number of pairs."""
        return len(self.true)


def hull_ious(true: ArrayLike, predicted: ArrayLike) -> FloatArray:
    """Overlap of every true with every predicted vertebra.

    Args:
        true: ``(N, 4, 2)`` px, NaN where a corner is not labelled.
        predicted: ``(M, 4, 2)`` px.

    Returns:
        ``(N, M)`` in [0, 1]. 0 where the prediction lacks a finite corner that the
        truth has, or has no area.
    """
    truth, guess = as_spine(true), as_spine(predicted)
    finite = np.isfinite(guess).all(-1, keepdims=True)
    guess = np.where(finite, guess, np.nan)
    boxes = vertebra_boxes(truth)
    labelled = np.isfinite(truth).all(-1)
    ious = np.zeros((len(truth), len(guess)))
    for row, (box, known) in enumerate(zip(boxes, labelled, strict=True)):
        ious[row] = _ious_by_corners(box, guess, known)
        if not known.all():
            # Completing half a vertebra depends on its sides' names, a hull does not.
            swapped = _ious_by_corners(box, guess[:, SIDES_SWAPPED], known)
            ious[row] = np.maximum(ious[row], swapped)
    return ious


def match_by_ious(ious: ArrayLike, threshold: float = IOU_THRESHOLD) -> Matches:
    """Match as many vertebrae as possible, and of those ways the best overlapping.

    Args:
        ious: ``(N, M)`` overlaps of true with predicted vertebrae.
        threshold: Least overlap of a pair, which itself suffices.

    Raises:
        ValueError: If the threshold is not in (0, 1].
    """
    if not 0 < threshold <= 1:
        raise ValueError(f'the IoU threshold must be in (0, 1], not {threshold}')
    overlap = np.asarray(ious, dtype=np.float64)
    allowed = overlap >= threshold
    # One more pair outweighs any gain in overlap.
    gain = np.where(allowed, overlap + min(overlap.shape) + 1, 0.0)
    true, predicted = linear_sum_assignment(gain, maximize=True)
    kept = allowed[true, predicted]
    true, predicted = true[kept], predicted[kept]
    return Matches(true, predicted, overlap[true, predicted])


def _ious_by_corners(
    box: FloatArray, spine: FloatArray, known: NDArray[np.bool_]
) -> FloatArray:
    """Overlap of a box with vertebrae of which only the known corners count."""
    # Absurd coordinates overflow; they overlap with nothing.
    with np.errstate(invalid='ignore', over='ignore'):
        others = vertebra_boxes(np.where(known[:, None], spine, np.nan))
        iou = box_ious(box, others)
    whole = np.isfinite(spine[:, known]).all((1, 2))
    return np.where(whole, np.nan_to_num(iou), 0.0)
