"""Corners that two models place so far apart that one of them must be wrong."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spondylo_mmpose.spine.anatomy import FloatArray
from spondylo_mmpose.spine.measurements import median_end_plate

DISPUTED = 0.25
"""So far apart, in terms of the film's median end plate, a corner is disputed.

A quarter of an end plate is a grade of Meyerding.
"""


def disputed_corners(corners: ArrayLike, others: ArrayLike) -> NDArray[np.bool_]:
    """Corners that another model places elsewhere.

    Args:
        corners: ``(N, 4, 2)`` px; NaN where not found.
        others: The same corners, as the other model places them.

    Returns:
        ``(N, 4)``; a corner that one of them did not find is not disputed.
    """
    return np.asarray(corner_distances(corners, others) > DISPUTED, dtype=np.bool_)


def corner_distances(corners: ArrayLike, others: ArrayLike) -> FloatArray:
    """How far apart two models place corners, in terms of the median end plate.

    Args:
        corners: ``(N, 4, 2)`` px; NaN where not found.
        others: The same corners, as the other model places them.

    Returns:
        ``(N, 4)``; NaN where one of them did not find the corner.
    """
    own = np.asarray(corners, dtype=np.float64)
    if not len(own):
        return np.zeros((0, 4))
    apart = np.linalg.norm(own - np.asarray(others), axis=-1)
    plate = np.maximum(median_end_plate(own), 1e-3)
    return np.asarray(apart / plate, dtype=np.float64)


def discord(corners: ArrayLike, others: ArrayLike | None) -> float:
    """Median distance of the same corner as two models place it.

    Args:
        corners: ``(N, 4, 2)`` px; NaN where not found.
        others: The same corners, as the other model places them; ``None`` where one
            model does it all.

    Returns:
        In median end plates of the film; NaN where nothing can be compared.
    """
    if others is None:
        return float('nan')
    apart = corner_distances(corners, others)
    known = apart[np.isfinite(apart)]
    return float(np.median(known)) if len(known) else float('nan')
