"""Agreement of two measurements, and shares with their intervals.

Nothing here knows of patients: intervals take the values for independent. Where a
patient has several pairs or films they come out too narrow; those over patients are
resampled.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binomtest, t

LIMITS_FACTOR = 1.96
"""Standard deviations from the bias to a limit of agreement."""

CONFIDENCE = 0.95
"""Level of all intervals."""

NAN_INTERVAL = (float('nan'), float('nan'))


@dataclass(frozen=True)
class Agreement:
    """Errors of a measurement: what a Bland-Altman plot shows, and how many it misses.

    Attributes:
        number: Values that should have been measured.
        unmeasured: Those for which the prediction gave no finite value.
        mean_absolute: Mean absolute error over the measured ones; infinite where none
            of the ``number`` was measured.
        median_absolute: Median absolute error over all, one that was not measured
            being infinite.
        bias: Mean error, predicted minus true, over the measured ones.
        deviation: Standard deviation of the errors with ``n - 1``.
        limits: Limits of agreement, bias ± 1.96 standard deviations.
        bias_interval: 95 % interval of the bias.
        limit_intervals: 95 % intervals of the lower and the upper limit.
    """

    number: int
    unmeasured: int
    mean_absolute: float
    median_absolute: float
    bias: float
    deviation: float
    limits: tuple[float, float]
    bias_interval: tuple[float, float]
    limit_intervals: tuple[tuple[float, float], tuple[float, float]]

    @property
    def unmeasured_percent(self) -> float:
        """Share of the values that the prediction did not give, NaN without values."""
        return 100.0 * self.unmeasured / self.number if self.number else float('nan')


def agreement(errors: ArrayLike) -> Agreement:
    """Summarise errors after Bland & Altman (Lancet 1986; 327: 307-310).

    The standard error of the bias is ``s / sqrt(n)``, that of a limit
    ``sqrt(3 s² / n)``; intervals use Student's t with ``n - 1`` degrees of freedom.

    Args:
        errors: Predicted minus true, any shape; an entry that is not finite is a value
            that the prediction did not give. Leave out what the truth does not have.

    Returns:
        NaN for whatever too few measured errors leave open.
    """
    every = np.asarray(errors, dtype=np.float64).ravel()
    measured = every[np.isfinite(every)]
    number, count, nan = len(every), len(measured), float('nan')
    bias = float(measured.mean()) if count else nan
    mean_absolute = float(np.abs(measured).mean()) if count else np.inf
    absolute = np.where(np.isfinite(every), np.abs(every), np.inf)
    median = float(np.median(absolute)) if number else nan
    spread = float(measured.std(ddof=1)) if count > 1 else nan
    low, high = bias - LIMITS_FACTOR * spread, bias + LIMITS_FACTOR * spread
    quantile = float(t.ppf((1 + CONFIDENCE) / 2, count - 1)) if count > 1 else nan
    of_bias = quantile * spread / np.sqrt(max(count, 1))
    of_limit = quantile * spread * np.sqrt(3 / max(count, 1))
    return Agreement(
        number=number,
        unmeasured=number - count,
        mean_absolute=mean_absolute if number else nan,
        median_absolute=median,
        bias=bias,
        deviation=spread,
        limits=(low, high),
        bias_interval=(bias - of_bias, bias + of_bias),
        limit_intervals=(
            (low - of_limit, low + of_limit),
            (high - of_limit, high + of_limit),
        ),
    )


@dataclass(frozen=True)
class Share:
    """So many of so many.

    Attributes:
        hits: How many have the property.
        number: Out of how many.
    """

    hits: int
    number: int

    @property
    def percent(self) -> float:
        """The share in percent, NaN of none."""
        return 100.0 * self.hits / self.number if self.number else float('nan')

    @property
    def interval(self) -> tuple[float, float]:
        """95 % score interval (Wilson, J Am Stat Assoc 1927; 22: 209) in percent."""
        if not self.number:
            return NAN_INTERVAL
        found = binomtest(self.hits, self.number).proportion_ci(CONFIDENCE, 'wilson')
        return 100.0 * float(found.low), 100.0 * float(found.high)


def share(which: ArrayLike) -> Share:
    """Count what is true."""
    flags = np.asarray(which, dtype=bool)
    return Share(int(flags.sum()), int(flags.size))
