"""What one gets from the box without looking at the film: every model's floor."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.spine.anatomy import FloatArray, as_spine, hull_boxes

BOX_CORNERS = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], dtype=np.float64)
"""The box's own corners, in units of the box."""


def mean_shape(corners: ArrayLike) -> FloatArray:
    """Mean quad in units of its hull box.

    Args:
        corners: ``(N, 4, 2)`` px of training vertebrae.

    Returns:
        ``(4, 2)``; (0, 0) is the box's upper left, (1, 1) its lower right corner.

    Raises:
        SpondyloError: If there is no vertebra with four corners and a box.
    """
    spine = as_spine(corners)
    boxes = hull_boxes(spine)
    size = boxes[:, 2:] - boxes[:, :2]
    whole = np.isfinite(spine).all((1, 2)) & (size > 0).all(1)
    if not whole.any():
        raise SpondyloError('no vertebra with four corners to take a mean shape from')
    shapes = (spine - boxes[:, None, :2])[whole] / size[whole][:, None]
    return shapes.mean(0)


def place_in_box(shape: ArrayLike, box: ArrayLike) -> FloatArray:
    """Put a shape in units of the box into a box ``x1, y1, x2, y2`` (px)."""
    box = np.asarray(box, dtype=np.float64)
    return box[:2] + np.asarray(shape, dtype=np.float64) * (box[2:] - box[:2])


def predict_shape(
    records: Iterable[VertebraRecord], shape: ArrayLike
) -> list[VertebraRecord]:
    """Replace every prediction by ``shape`` put into the vertebra's box."""
    return [replace(r, predicted=place_in_box(shape, r.box)) for r in records]


def corners_of_coco(content: dict) -> FloatArray:
    """All quads of a COCO file of ours, ``(N, 4, 2)`` px, NaN where not labelled."""
    keypoints: Sequence[Sequence[float]] = [
        annotation['keypoints'] for annotation in content['annotations']
    ]
    array = np.asarray(keypoints, dtype=np.float64).reshape(-1, 4, 3)
    return np.where(array[..., 2:] > 0, array[..., :2], np.nan)
