"""Vertebrae and discs that no spine has: a corner of them is elsewhere.

The limits are wide of what 2100 phantoms hold. In px of their stretched films end
plates of one vertebra are at most 33 degrees apart, those of a disc 34, and end plates
0.71 to 1.22 times the film's median long. S1 tapers, so that as the lowest vertebra it
is let alone.
"""

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.spine.anatomy import FloatArray, is_bow_tie, signed_areas
from spondylo_mmpose.spine.measurements import (
    end_plate_angles,
    end_plate_lengths,
    median_end_plate,
    wrap_degrees,
)

WEDGE = 45.0
"""Degrees between the end plates of a vertebra."""

DISC = 50.0
"""Degrees between the end plates of a disc."""

PLATES = (0.5, 1.6)
"""Length of an end plate in terms of the film's median."""


def misshapen(corners: FloatArray) -> NDArray[np.bool_]:
    """Vertebrae whose corners cannot be right.

    Args:
        corners: ``(N, 4, 2)`` px, from the lowest upward; NaN where not found.

    Returns:
        ``(N,)``.
    """
    if not len(corners):
        return np.zeros(0, dtype=bool)
    wrong = is_bow_tie(corners)
    angles = end_plate_angles(corners, 'right')
    wrong |= np.abs(wrap_degrees(angles[:, 0] - angles[:, 1])) > WEDGE
    median = median_end_plate(corners)
    if median > 0:
        share = end_plate_lengths(corners) / median
        wrong |= ((share < PLATES[0]) | (share > PLATES[1])).any(1)
    wrong[0] = False
    return np.asarray(wrong | (signed_areas(corners) <= 0), dtype=np.bool_)


def misshapen_discs(corners: FloatArray) -> NDArray[np.bool_]:
    """Neighbours whose end plates cannot bound a disc, ``(N - 1,)``."""
    angles = end_plate_angles(corners, 'right')
    return np.asarray(
        np.abs(wrap_degrees(angles[:-1, 0] - angles[1:, 1])) > DISC, dtype=np.bool_
    )
