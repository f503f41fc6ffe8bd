"""Cobb angles of a frontal film, as the AASCE 2019 challenge defines them.

The largest angle between the directions of any two vertebrae is the main curve's; the
two others belong to the curves above and below it. Which vertebrae these are measured
between depends on whether the spine bends to both sides and on where the main curve
lies, see :func:`cobb_angles`. On all of the challenge's 481 films the angles of its
table are those of its landmarks by these rules, to 0.1 degrees.
"""

import numpy as np
from numpy.typing import ArrayLike

from spondylo_mmpose.spine.anatomy import FloatArray, as_spine

FEWEST = 3
"""Vertebrae that have a curve."""


def cobb_angles(corners: ArrayLike, height: float) -> FloatArray:
    """The three Cobb angles of a frontal film.

    Let ``a`` above ``b`` be the ends of the main curve. A spine that bends to one side
    only has its other angles between the topmost vertebra and ``a``, and between ``b``
    and the lowest one. A spine that bends to both sides has the largest angle of ``a``
    with a vertebra above it, at ``c``, and: if the main curve lies in the film's upper
    half, by the lower edges of its ends, the largest angle of ``b`` with a vertebra
    below it; if not, the largest of ``c`` with a vertebra above that.

    Args:
        corners: ``(N, 4, 2)`` px from the lowest vertebra upward; both upper corners,
            then both lower ones, the film's left side first.
        height: Of the film, px.

    Returns:
        ``(3,)`` degrees: the main angle and the two others; NaN of fewer than
        :data:`FEWEST` vertebrae or where a corner is missing.
    """
    spine = as_spine(corners)[::-1]
    if len(spine) < FEWEST or not np.isfinite(spine).all():
        return np.full(3, np.nan)
    angles = _angles_between(spine)
    ends = np.unravel_index(int(np.argmax(angles)), angles.shape)
    a, b = sorted(int(end) for end in ends)
    main = angles[a, b]
    last = len(spine) - 1
    middles = spine.reshape(-1, 2, 2).mean(axis=1)  # of upper and lower edges
    if not _bends_both_ways(middles):
        return np.array([main, angles[0, a], angles[b, last]])
    c = int(np.argmax(angles[a, : a + 1]))
    if middles[2 * a + 1, 1] + middles[2 * b + 1, 1] < height:
        other = angles[b, b:].max()
    else:
        other = angles[c, : c + 1].max()
    return np.array([main, angles[a, c], other])


def film_smape(predicted: ArrayLike, true: ArrayLike) -> FloatArray:
    """Symmetric absolute percentage error of films, as the challenge has it.

    Args:
        predicted: ``(F, 3)`` Cobb angles of each film, degrees, not negative.
        true: The same.

    Returns:
        ``(F,)`` percent: summed differences over summed angles, 0 where all are; their
        mean is the challenge's SMAPE. NaN where an angle is missing.
    """
    one = np.asarray(predicted, dtype=np.float64).reshape(-1, 3)
    other = np.asarray(true, dtype=np.float64).reshape(-1, 3)
    sums = (one + other).sum(axis=1)
    differences = np.abs(one - other).sum(axis=1)
    return np.asarray(100 * differences / np.where(sums == 0, 1, sums))


def _angles_between(spine: FloatArray) -> FloatArray:
    """Degrees between the directions of vertebrae, ``(N, N)``."""
    left, right = (spine[:, side::2].mean(axis=1) for side in (0, 1))
    along = right - left
    lengths = np.maximum(np.linalg.norm(along, axis=1), 1e-9)
    cosine = np.clip(along @ along.T / np.outer(lengths, lengths), -1, 1)
    # Rounded, so that of equal angles the same is taken at any scale.
    return np.asarray(np.degrees(np.arccos(cosine)).round(4))


def _bends_both_ways(middles: FloatArray) -> bool:
    """Whether the row of edges lies on both sides of the line between its ends.

    The upper edge of the lowest vertebra is not asked, as in the challenge.
    """
    start, end = middles[0], middles[-1]
    across = np.array([start[1] - end[1], end[0] - start[0]])
    offset = (middles[1:-2] - end) @ across
    slack = 1e-9 * np.abs(offset).sum()
    return bool((offset > slack).any() and (offset < -slack).any())
