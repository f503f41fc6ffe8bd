"""Corners that fill their box, for boxes that are exact."""

from itertools import permutations

import numpy as np
from numpy.typing import ArrayLike

from spondylo_mmpose.spine.anatomy import FloatArray, as_spine


def fit_to_boxes(corners: ArrayLike, boxes: ArrayLike) -> FloatArray:
    """Move corners as little as lets their hull be the box.

    The hull of a vertebra touches each side of its true box with one corner. So a box
    that was taken from labels gives away four of the eight coordinates, and what a
    model says has only to tell whose they are. Of all quads with that hull this is the
    nearest, by the sum of the squared distances between corners.

    Args:
        corners: ``(N, 4, 2)`` px.
        boxes: ``(N, 4)`` px, ``x1, y1, x2, y2``.

    Returns:
        ``(N, 4, 2)`` px; NaN where a vertebra lacks a corner.
    """
    told = as_spine(corners)
    sides = np.asarray(boxes, dtype=np.float64).reshape(-1, 2, 2)
    # x and y do not depend on each other: each is a row of four values between limits.
    rows = told.swapaxes(1, 2).reshape(-1, 4)
    low, high = sides.swapaxes(1, 2).reshape(-1, 2).T[..., None]
    inside = np.clip(rows, low, high)
    fitted, least = np.full_like(rows, np.nan), np.full(len(rows), np.inf)
    for first, last in permutations(range(4), 2):
        tried = inside.copy()
        tried[:, first], tried[:, last] = low[:, 0], high[:, 0]
        moved = ((tried - rows) ** 2).sum(1)
        nearer = moved < least
        fitted[nearer], least[nearer] = tried[nearer], moved[nearer]
    quads = fitted.reshape(-1, 2, 4).swapaxes(1, 2)
    return np.where(np.isfinite(quads).all((1, 2), keepdims=True), quads, np.nan)
