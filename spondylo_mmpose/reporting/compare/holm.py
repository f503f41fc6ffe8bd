"""Several tests at once."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def holm(p_values: Sequence[float]) -> NDArray[np.float64]:
    """Adjust p values so that the chance of any false finding stays below the level.

    Holm's step-down method (Scandinavian Journal of Statistics 6, 1979, 65-70). Scipy
    adjusts for the rate of false findings alone.

    Args:
        p_values: Of the tests of one family; NaN where one could not be made, which
            then does not belong to it.

    Returns:
        The adjusted values in the same order, at most 1.
    """
    p = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(p.shape, np.nan)
    order = np.argsort(p)[: int((~np.isnan(p)).sum())]  # NaN sorts last.
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(factors * p[order]), 1.0)
    return adjusted
