"""Corners that two models place so far apart that one of them must be wrong."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

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
    own = np.asarray(corners, dtype=np.float64)
    if not len(own):
        return np.zeros((0, 4), dtype=bool)
    apart = np.linalg.norm(own - np.asarray(others), axis=-1)
    far = DISPUTED * median_end_plate(own)
    return np.asarray(apart > far, dtype=np.bool_)
