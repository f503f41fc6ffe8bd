"""How errors of corners become errors of a slip: pure NumPy, vectorised over pairs.

The slip of a pair needs three corners: ``p``, the upper vertebra's posterior inferior
one, and ``a`` and ``b``, the posterior and the anterior end of the lower vertebra's
superior end plate. Let ``L`` be that plate's length, ``t`` the slip as a share of it
and ``h`` the height of ``p`` over the plate's line, also in ``L``. To first order (the
delta method; JCGM 100:2008, 5.1) independent errors of ``s`` px in x and in y give the
slip the variance

    (100 / L)**2 * (s_p**2 + s_b**2 * (t**2 + h**2) + s_a**2 * ((1 - t)**2 + h**2))

in percent squared.

**What is assumed of the corners.** Errors of one corner are alike in all directions
(isotropic) and normal; :func:`sampled_slips` needs the latter, the formula does not.
Errors of any two corners of a pair have one ``correlation`` in x and the same in y, and
x and y none. It is 0 unless told: corners err by themselves. A part that all corners
share moves the pair as a whole and leaves the slip alone, so a positive correlation
makes intervals narrower. Whether the assumption fits is not left to belief: intervals
that :class:`.Calibration` knows are as wide as the slips' own errors ask for.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from spondylo_mmpose.spine.anatomy import (
    Facing,
    FloatArray,
    anatomical_corners,
    as_spine,
)
from spondylo_mmpose.spine.measurements import slip_percent, to_scale

_PAIRS_AT_ONCE = 64  # bounds the memory of the draws


class _Pairs(NamedTuple):
    """The three corners of each pair, and what is known of their errors.

    Attributes:
        corners: ``(N, 3, 2)``, ``p``, ``a``, ``b``; px.
        stds: ``(N, 3)`` px.
        scale: ``(2,)`` size of a px in x and in y.
    """

    corners: FloatArray
    stds: FloatArray
    scale: FloatArray


def paired_slips(
    lower: ArrayLike,
    upper: ArrayLike,
    facing: Facing,
    spacing: ArrayLike | None = None,
) -> FloatArray:
    """Slip of pairs that need not stand on one spine.

    Args:
        lower: ``(N, 4, 2)`` px.
        upper: ``(N, 4, 2)`` px.
        facing: Image side that is anterior.
        spacing: ``(x, y)`` size of a pixel, see :mod:`.measurements`.

    Returns:
        ``(N,)`` percent, see :func:`.slip_percent`.
    """
    below, above = as_spine(lower), as_spine(upper)
    one_by_one = np.stack([below, above], axis=1).reshape(-1, 4, 2)
    return slip_percent(one_by_one, facing, spacing)[::2]


def slip_stds(
    lower: ArrayLike,
    upper: ArrayLike,
    lower_stds: ArrayLike,
    upper_stds: ArrayLike,
    facing: Facing,
    spacing: ArrayLike | None = None,
    correlation: float = 0.0,
) -> FloatArray:
    """Standard deviation of slips by the delta method, see the module's docstring.

    Args:
        lower: ``(N, 4, 2)`` px.
        upper: ``(N, 4, 2)`` px.
        lower_stds: ``(N, 4)`` standard deviation of each corner in x and in y, px.
        upper_stds: ``(N, 4)`` px.
        facing: Image side that is anterior.
        spacing: ``(x, y)`` size of a pixel, see :mod:`.measurements`.
        correlation: Of the errors of any two corners, in [0, 1).

    Returns:
        ``(N,)`` percentage points; NaN where the slip or a deviation is not known.

    Raises:
        ValueError: If a shape is wrong, a deviation negative or the correlation no
            such number.
    """
    pairs = _three_corners(lower, upper, lower_stds, upper_stds, facing, spacing)
    rho = _checked(correlation)
    # Slopes by what is measured, times the size of a px: slopes by px.
    slopes = _slopes(pairs.corners * pairs.scale) * pairs.scale
    moved = pairs.stds[..., None] * slopes
    own = (moved**2).sum((1, 2))
    common = (moved.sum(1) ** 2).sum(1)
    return np.asarray(np.sqrt((1 - rho) * own + rho * common), np.float64)


def sampled_slips(
    lower: ArrayLike,
    upper: ArrayLike,
    lower_stds: ArrayLike,
    upper_stds: ArrayLike,
    facing: Facing,
    spacing: ArrayLike | None = None,
    correlation: float = 0.0,
    samples: int = 4096,
    seed: int = 0,
) -> FloatArray:
    """Slips of pairs whose corners were moved by chance (Monte Carlo).

    Unlike :func:`slip_stds` it is right where errors are not small beside the end
    plate. All pairs meet the same draws, taken along and across their own end plates,
    half of them the others turned about: turning, mirroring or enlarging a pair changes
    nothing.

    Args:
        lower: ``(N, 4, 2)`` px.
        upper: ``(N, 4, 2)`` px.
        lower_stds: See :func:`slip_stds`.
        upper_stds: See :func:`slip_stds`.
        facing: Image side that is anterior.
        spacing: ``(x, y)`` size of a pixel, see :mod:`.measurements`.
        correlation: Of the errors of any two corners, in [0, 1).
        samples: Number of draws, even.
        seed: Of the draws.

    Returns:
        ``(N, samples)`` percent; NaN where the slip or a deviation is not known.

    Raises:
        ValueError: As :func:`slip_stds`, and for an odd number of draws.
    """
    if samples < 2 or samples % 2:
        raise ValueError(f'samples={samples}: must be an even number, 2 or more')
    pairs = _three_corners(lower, upper, lower_stds, upper_stds, facing, spacing)
    rho = _checked(correlation)
    random = np.random.default_rng(seed)
    shared = random.standard_normal((samples // 2, 1, 2))
    own = random.standard_normal((samples // 2, 3, 2))
    half = np.sqrt(rho) * shared + np.sqrt(1 - rho) * own
    draws = np.concatenate([half, -half])
    slips = np.empty((len(pairs.corners), samples))
    for start in range(0, len(slips), _PAIRS_AT_ONCE):
        part = slice(start, start + _PAIRS_AT_ONCE)
        corners, stds = pairs.corners[part, None], pairs.stds[part, None, :, None]
        along = corners[:, :, 2] - corners[:, :, 1]
        with np.errstate(invalid='ignore', divide='ignore'):
            along = along / np.linalg.norm(along, axis=-1, keepdims=True)
        # The way across points upward on a film whose anterior side is the right one
        # and, mirrored, on one whose anterior side is the left one.
        across = along[..., ::-1] * ([1.0, -1.0] if facing == 'right' else [-1.0, 1.0])
        frame = np.stack([along, across], axis=-2)
        slips[part] = _slips((corners + stds * (draws @ frame)) * pairs.scale)
    return slips


def _three_corners(
    lower: ArrayLike,
    upper: ArrayLike,
    lower_stds: ArrayLike,
    upper_stds: ArrayLike,
    facing: Facing,
    spacing: ArrayLike | None,
) -> _Pairs:
    below, above = as_spine(lower), as_spine(upper)
    below_stds, above_stds = _as_corners(lower_stds), _as_corners(upper_stds)
    if len({len(below), len(above), len(below_stds), len(above_stds)}) > 1:
        raise ValueError('corners and deviations of lower and upper differ in number')

    def chosen(below: FloatArray, above: FloatArray) -> FloatArray:
        a, b, _, _ = anatomical_corners(below, facing)
        _, _, p, _ = anatomical_corners(above, facing)
        return np.stack([p, a, b], axis=1)

    stds = chosen(below_stds, above_stds)[..., 0]
    scale = to_scale(np.ones((1, 4, 2)), spacing)[0, 0]
    return _Pairs(chosen(below, above), stds, scale)


def _as_corners(stds: ArrayLike) -> FloatArray:
    """Deviations in the shape of corners, so that they are named by the same code."""
    values = np.atleast_2d(np.asarray(stds, dtype=np.float64))
    if values.ndim != 2 or values.shape[1] != 4:
        raise ValueError(f'deviations must have shape (N, 4), not {values.shape}')
    if (values < 0).any():
        raise ValueError('deviations must not be negative')
    return values[..., None].repeat(2, axis=2)


def _checked(correlation: float) -> float:
    if not 0 <= correlation < 1:
        raise ValueError(f'correlation={correlation}: must lie in [0, 1)')
    return correlation


def _slips(corners: FloatArray) -> FloatArray:
    """Slips of ``(..., 3, 2)`` in percent."""
    lower, upper = np.full((2, *corners.shape[:-2], 4, 2), np.nan)
    upper[..., 2, :] = corners[..., 0, :]
    lower[..., :2, :] = corners[..., 1:, :]
    # Put where a spine that faces right has them.
    slips = paired_slips(lower.reshape(-1, 4, 2), upper.reshape(-1, 4, 2), 'right')
    return slips.reshape(corners.shape[:-2])


def _slopes(corners: FloatArray) -> FloatArray:
    """Change of the slip by each coordinate of ``(N, 3, 2)``, percent per unit."""
    p, a, b = np.moveaxis(corners, 1, 0)
    plate, way = b - a, p - a
    with np.errstate(invalid='ignore', divide='ignore'):
        squared = (plate**2).sum(-1, keepdims=True)
        share = (way * plate).sum(-1, keepdims=True) / squared
        by_p = 100.0 * plate / squared
        by_b = 100.0 * (way - 2 * share * plate) / squared
    # A common move changes nothing.
    return np.stack([by_p, -by_p - by_b, by_b], axis=1)
