"""How likely four points are the corners of a vertebra, and two such are neighbours."""

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.spine.measurements import wrap_degrees

FloatArray = NDArray[np.floating]

FREEDOM = 3
"""Degrees of freedom of Student's t: what is unusual is never impossible."""

# Middle and spread. Middles are medians of phantoms, those of the two facings together
# (tools/make_phantoms.py --num 2100 --seed 11 --all-levels); spreads are their robust
# deviations, and for the shape of a body, on which phantoms vary less than readers do
# by some px, at least 5 degrees and 8 %. Columns: logarithm of width over height;
# angle between the end plates and between the walls, degrees; logarithm of superior
# over inferior plate, of left over right wall; angle between the axes minus 90 degrees.
_BODY = np.array([[0.6, 0, 0, 0, 0, 0], [0.25, 5, 5, 0.08, 0.12, 12]])
_SACRUM = np.array([[0, 0, 22, 0.45, 0, 0], [0.25, 12, 11, 0.25, 0.35, 35]])
# Of the two plates of a disc: height of the disc, and shift along it, as shares of the
# plates' length; angle between them, degrees; logarithm of upper over lower plate.
_DISC = np.array([[0.2, 0, 0, 0], [0.08, 0.1, 6, 0.06]])
_LOWEST_DISC = np.array([[0.22, 0, 0, 0.08], [0.08, 0.2, 15, 0.1]])


def vertebra_log_prior(corners: FloatArray, sacrum: bool | None) -> FloatArray:
    """Logarithm of a vertebra's prior density, up to a constant.

    Nothing depends on place, size or facing.

    Args:
        corners: ``(..., 4, 2)`` px.
        sacrum: Whether it is S1; ``None`` where that is not known.

    Returns:
        ``(...)``.
    """
    plates = corners[..., [1, 3], :] - corners[..., [0, 2], :]
    walls = corners[..., 2:, :] - corners[..., :2, :]
    lengths, heights = _lengths(plates), _lengths(walls)
    turn = _angles(plates.mean(-2), walls.mean(-2)) - 90
    features = [
        np.log(lengths.mean(-1) / heights.mean(-1)),
        _angles(plates[..., 0, :], plates[..., 1, :]),
        _angles(walls[..., 0, :], walls[..., 1, :]),
        np.log(lengths[..., 0] / lengths[..., 1]),
        np.log(heights[..., 0] / heights[..., 1]),
        wrap_degrees(turn),
    ]
    values = np.stack(features, -1)
    if sacrum is None:
        either = _log_density(values, _SACRUM), _log_density(values, _BODY)
        return np.asarray(np.logaddexp(*either) - np.log(2))
    return _log_density(values, _SACRUM if sacrum else _BODY)


def disc_log_prior(lower: FloatArray, upper: FloatArray, lowest: bool) -> FloatArray:
    """Logarithm of the prior density of the disc between two neighbours.

    Args:
        lower: ``(..., 2, 2)`` superior corners of the lower vertebra, left and right.
        upper: ``(..., 2, 2)`` inferior corners of the upper one.
        lowest: Whether the lower one is S1.

    Returns:
        ``(...)``, up to a constant.
    """
    ends = lower[..., 1, :] - lower[..., 0, :], upper[..., 1, :] - upper[..., 0, :]
    along = (ends[0] + ends[1]) / 2
    upward = np.stack([along[..., 1], -along[..., 0]], -1)
    step = upper.mean(-2) - lower.mean(-2)
    square = _lengths(along) ** 2
    values = [
        (step * upward).sum(-1) / square,
        (step * along).sum(-1) / square,
        _angles(*ends),
        np.log(_lengths(ends[1]) / _lengths(ends[0])),
    ]
    return _log_density(np.stack(values, -1), _LOWEST_DISC if lowest else _DISC)


def _log_density(values: FloatArray, told: FloatArray) -> FloatArray:
    middle, spread = told
    squares = ((values - middle) / spread) ** 2
    logs = -(FREEDOM + 1) / 2 * np.log1p(squares / FREEDOM)
    # Densities of unlike spreads are compared where the kind is not known.
    return np.asarray(logs.sum(-1) - np.log(spread).sum())


def _lengths(vectors: FloatArray) -> FloatArray:
    # Points may coincide.
    return np.maximum(np.hypot(vectors[..., 0], vectors[..., 1]), 1e-3)


def _angles(one: FloatArray, other: FloatArray) -> FloatArray:
    """From one to the other, degrees from -180 to 180."""
    cross = one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0]
    return np.asarray(np.degrees(np.arctan2(cross, (one * other).sum(-1))))
