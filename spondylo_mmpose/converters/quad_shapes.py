"""Shapes that a vertebra cannot have, or hardly."""

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.spine.anatomy import AROUND, FloatArray

OVERLONG = (3.0, 4.0)
"""An end plate, or a wall, above this multiple of the film's median has a corner that
is elsewhere. Of 8000 vertebrae of real films none is above 2.2 and 2.4; a wall of a
steep sacrum on a stretched synthetic film reaches 3.2.
"""


def overlong(quads: FloatArray) -> NDArray[np.bool_]:
    """Whether a side is far longer than such sides are in the film, ``(N,)``."""
    if len(quads) < 3:
        return np.zeros(len(quads), dtype=bool)
    plates = np.linalg.norm(quads[:, [1, 3]] - quads[:, [0, 2]], axis=2)
    walls = np.linalg.norm(quads[:, [2, 3]] - quads[:, [0, 1]], axis=2)
    return np.any(
        [
            (sides > limit * np.median(sides)).any(axis=1)
            for sides, limit in zip((plates, walls), OVERLONG, strict=True)
        ],
        axis=0,
    )


def concave(quads: FloatArray) -> NDArray[np.bool_]:
    """Whether one corner lies inside the triangle of the others, ``(N,)``."""
    around = quads[:, AROUND]
    after = np.roll(around, -1, axis=1) - around
    before = around - np.roll(around, 1, axis=1)
    turns = before[..., 0] * after[..., 1] - before[..., 1] * after[..., 0]
    return (turns < 0).any(axis=1)
