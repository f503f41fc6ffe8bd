"""Axis-aligned boxes of vertebrae."""

import numpy as np
from numpy.typing import ArrayLike

from spondylo_mmpose.spine.anatomy import FloatArray


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
