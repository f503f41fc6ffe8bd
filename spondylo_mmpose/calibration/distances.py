"""Pixel spacing from known distances, by least squares.

A distance of ``d`` mm between points ``dx`` and ``dy`` px apart says
``d² = sx² dx² + sy² dy²``, which is linear in the squares of the spacings. One distance
gives one equation: it calibrates both axes only where their ratio is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spondylo_mmpose.spine.anatomy import FloatArray

MAX_AMPLIFICATION = 4.0
"""How many percent of error in a spacing one percent in a distance may cause."""


class DistanceError(ValueError):
    """Distances that give no spacing; one line without the film's name."""


@dataclass(frozen=True)
class Distance:
    """A known distance on a film.

    Attributes:
        start: ``(x, y)`` px.
        end: ``(x, y)`` px.
        mm: Its length.
    """

    start: tuple[float, float]
    end: tuple[float, float]
    mm: float


@dataclass(frozen=True)
class Solution:
    """Spacings that fit the distances best.

    Attributes:
        mm: ``(x, y)`` mm per px.
        amplification: Relative error of each spacing per relative error of a distance.
        residuals: Length by the spacings against the known one, minus 1, for each.
    """

    mm: tuple[float, float]
    amplification: tuple[float, float]
    residuals: FloatArray


def solve(distances: Sequence[Distance], aspect: float | None = None) -> Solution:
    """Find the spacings; errors of the distances count in percent.

    Args:
        distances: At least one; two in different directions without ``aspect``.
        aspect: Spacing in x divided by spacing in y, where it is known.

    Raises:
        DistanceError: If the distances do not determine both spacings.
    """
    if not distances:
        raise DistanceError('no distance is given')
    step = np.array([np.subtract(d.end, d.start) for d in distances], dtype=np.float64)
    length = np.array([d.mm for d in distances], dtype=np.float64)
    if not (np.isfinite(step).all() and np.isfinite(length).all()):
        raise DistanceError('a distance is not finite')
    if (length <= 0).any() or (np.hypot(*step.T) < 1).any():
        raise DistanceError('a distance is not longer than 0 mm and 1 px')
    rows: FloatArray = np.square(step / length[:, None])
    if aspect is not None:
        joined = rows @ [aspect**2, 1.0]
        # Least squares of 1 = joined * sy².
        square = joined.sum() / (joined**2).sum()
        squares = np.array([aspect**2 * square, square])
        amplification = np.full(2, 1 / np.sqrt(len(rows)))
    else:
        squares, amplification = _solve_both(rows)
    mm = np.sqrt(squares)
    residuals = np.hypot(*(step * mm).T) / length - 1
    return Solution(
        (float(mm[0]), float(mm[1])),
        (float(amplification[0]), float(amplification[1])),
        residuals,
    )


def _solve_both(rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    size = np.linalg.norm(rows, axis=0)
    if len(rows) < 2 or not (size > 0).all():
        raise DistanceError(
            'one direction alone does not calibrate both axes; give a second distance '
            'across it, or say that pixels are square'
        )
    squares = np.linalg.lstsq(rows / size, np.ones(len(rows)), rcond=None)[0] / size
    if not (squares > 0).all():
        raise DistanceError('no spacing fits the distances; check points and lengths')
    # Relative errors: each row holds the shares of x and y in the squared length.
    shares = rows * squares
    gram = shares.T @ shares
    if np.linalg.cond(gram) > 1e10:
        amplification = np.full(2, np.inf)
    else:
        amplification = np.sqrt(np.diag(np.linalg.inv(gram)))
    if amplification.max() > MAX_AMPLIFICATION:
        raise DistanceError(
            f'the directions are too alike: 1 % of error in a length would become '
            f'{amplification.max():.0f} %; give a distance across them, or say that '
            'pixels are square'
        )
    return squares, amplification
