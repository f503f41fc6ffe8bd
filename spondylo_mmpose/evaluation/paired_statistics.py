"""Differences of two runs on the same patients.

Patients are drawn for both runs together, so what makes a film hard for both cancels
out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import wilcoxon

from spondylo_mmpose.evaluation.intervals import (
    Bootstrap,
    IntArray,
    Statistic,
    mean_statistic,
)
from spondylo_mmpose.spine.anatomy import FloatArray

Values = tuple[FloatArray, FloatArray]
"""Values of both runs at the same places, NaN at the same ones."""


@dataclass(frozen=True)
class Difference:
    """One pooled value of both runs.

    Attributes:
        first: Of the first run.
        second: Of the second run.
        difference: Second minus first. NaN where both are infinite.
        low: Lower limit of the difference; see :class:`.Bootstrap`.
        high: Upper limit.
    """

    first: float
    second: float
    difference: float
    low: float
    high: float


def paired_difference(
    first: Statistic, second: Statistic, patients: int, how: Bootstrap
) -> Difference:
    """Difference of a statistic with its interval.

    Args:
        first: Of the first run.
        second: Of the second run, over the same patients.
        patients: Their number.
        how: Number of resamples, confidence and seed.
    """
    if not patients:
        return Difference(*[float('nan')] * 5)

    def change(drawn: IntArray) -> FloatArray:
        with np.errstate(invalid='ignore'):
            return second(drawn) - first(drawn)

    everybody = np.arange(patients)
    low, high = how.interval(change, patients)
    return Difference(
        first=float(first(everybody)),
        second=float(second(everybody)),
        difference=float(change(everybody)),
        low=low,
        high=high,
    )


def mean_differences(
    values: Mapping[str, Values], patients: IntArray, how: Bootstrap
) -> dict[str, Difference]:
    """Differences of means, see :func:`.mean_statistic`.

    Args:
        values: By name, of both runs.
        patients: ``(N,)`` number of the patient of each row.
        how: Number of resamples, confidence and seed.
    """
    made = {
        name: [mean_statistic(one, patients) for one in both]
        for name, both in values.items()
    }
    return {
        name: paired_difference(one, other, number, how)
        for name, ((one, number), (other, _)) in made.items()
    }


def successes(errors: FloatArray, threshold: float) -> FloatArray:
    """100 where an error is at most the threshold, 0 where it is more, NaN of NaN."""
    return np.where(np.isnan(errors), np.nan, 100.0 * (errors <= threshold))


def signed_ranks(
    errors: Sequence[FloatArray], patients: IntArray
) -> tuple[float, float, tuple[int, int]]:
    """Two-sided Wilcoxon signed-rank test on patients' means.

    Args:
        errors: ``(N, 4)`` of both runs, the lower the better; NaN at the same places.
        patients: ``(N,)`` number of the patient of each row.

    Returns:
        Smaller rank sum, p (NaN without a patient, 1 where nothing differs), and on how
        many patients each run is better.
    """
    known = ~np.isnan(errors[0])
    owners = np.broadcast_to(patients[:, None], known.shape)[known]
    found, owners = np.unique(owners, return_inverse=True)
    counts = np.bincount(owners, minlength=len(found))
    one, other = (
        np.bincount(owners, error[known], minlength=len(found)) / counts
        for error in errors
    )
    with np.errstate(invalid='ignore'):
        # Equal shares differ in the last digit: ties and zeros would be lost.
        change = np.where(one == other, 0.0, other - one).round(10)
    better = int((change > 0).sum()), int((change < 0).sum())
    if not len(found):
        return float('nan'), float('nan'), better
    if not change.any():
        return 0.0, 1.0, better  # scipy has no p where nothing differs.
    result = wilcoxon(change)
    return float(result.statistic), float(result.pvalue), better
