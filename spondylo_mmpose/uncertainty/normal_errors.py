"""How far normal errors reach, in standard deviations."""

import math

from scipy.special import ndtri


def normal_reach(coverage: float) -> float:
    """Reach to both sides that a share of errors along one axis does not exceed."""
    return float(ndtri((1 + coverage) / 2))


def normal_radius(coverage: float) -> float:
    """Radius that a share of errors in the plane does not exceed.

    The errors in x and in y have the same deviation, so that their distance has a
    Rayleigh distribution.
    """
    return math.sqrt(-2 * math.log1p(-coverage))
