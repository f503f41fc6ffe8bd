"""Confidence intervals of pooled statistics by a bootstrap over patients.

Vertebrae of one film, and films of one patient, err alike; resampling corners would
give intervals that are far too narrow. So patients are drawn with replacement, each
with all that was measured on him, and the pooled statistic is computed anew: never a
mean of patients' means. The limits are percentiles of these statistics (Efron &
Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13). A share that is 0 or 100 %
for every patient is so in every draw, which would give no width: it has Wilson's
interval of so many patients.
"""

import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import DegenerateDataWarning, bootstrap

from spondylo_mmpose.converters.film_groups import connected_films
from spondylo_mmpose.evaluation.agreement import Share
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.spine.anatomy import FloatArray

IntArray = NDArray[np.intp]
Statistic = Callable[[IntArray], FloatArray]
"""From drawn patients ``(..., P)``, numbers below ``P``, to statistics ``(...,)``."""

_BATCH = 250  # Resamples at once; bounds the memory of percentiles over many corners.


@dataclass(frozen=True)
class Bootstrap:
    """How intervals are made.

    Attributes:
        resamples: How often patients are drawn.
        confidence: Share of the resamples that lies between the limits.
        seed: Of the draws; equal input gives equal intervals.
    """

    resamples: int = 1000
    confidence: float = 0.95
    seed: int = 0

    def interval(self, statistic: Statistic, patients: int) -> tuple[float, float]:
        """Interval of any statistic of the patients.

        Args:
            statistic: See :data:`Statistic`.
            patients: Their number ``P``.

        Returns:
            Lower and upper limit; NaN for fewer than two patients, or where a resample
            has no value. Where lost corners make resamples infinite, so may be the
            limits.
        """
        if patients < 2:
            return float('nan'), float('nan')
        with warnings.catch_warnings(), np.errstate(invalid='ignore'):
            # Infinities have no standard error; NaN is our own way to say so.
            warnings.simplefilter('ignore', DegenerateDataWarning)
            drawn = bootstrap(
                (np.arange(patients),),
                lambda index, axis=-1: statistic(np.moveaxis(index, axis, -1)),
                n_resamples=self.resamples,
                batch=_BATCH,
                vectorized=True,
                confidence_level=self.confidence,
                method='percentile',
                random_state=np.random.default_rng(self.seed),
            )
        limits = drawn.confidence_interval
        low, high = float(limits.low), float(limits.high)
        values = np.asarray(drawn.bootstrap_distribution)
        if not np.isfinite(values).all() and not np.isnan(values).any():
            # Interpolating towards infinity gives NaN.
            tail = (1 - self.confidence) / 2
            low = float(np.quantile(values, tail, method='lower'))
            high = float(np.quantile(values, 1 - tail, method='higher'))
        return low, high


def mean_statistic(values: ArrayLike, patients: IntArray) -> tuple[Statistic, int]:
    """Mean over all values of the drawn patients; a share, if they are 0 and 1.

    Args:
        values: Any shape; NaN is left out. May be infinite.
        patients: Number of the patient of each value, broadcast from the left: one a
            row is enough.

    Returns:
        The statistic, and of how many patients: one of whom nothing was measured is
        none.
    """
    known, owner, number = _measured(values, patients)
    sums = np.bincount(owner, known, minlength=number)
    counts = np.bincount(owner, minlength=number)
    return lambda drawn: sums[drawn].sum(-1) / counts[drawn].sum(-1), number


def ratio_statistic(
    parts: ArrayLike, wholes: ArrayLike, patients: IntArray, everybody: bool = False
) -> tuple[Statistic, int]:
    """Sum over sum of the drawn patients, such as found over true vertebrae.

    Args:
        parts: ``(N,)`` what each film adds to the upper sum.
        wholes: ``(N,)`` what it adds to the lower one, not negative.
        patients: ``(N,)`` number of each film's patient.
        everybody: Draw patients who add nothing to the lower sum as well, so that two
            runs are asked about the same ones; a draw of such alone is NaN.

    Returns:
        See :func:`mean_statistic`; a patient who adds nothing to the lower sum is none.
    """
    _, owner = np.unique(patients, return_inverse=True)
    above = np.bincount(owner, np.asarray(parts, np.float64))
    below = np.bincount(owner, np.asarray(wholes, np.float64))
    kept = everybody | (below > 0)
    above, below = above[kept], below[kept]

    def statistic(drawn: IntArray) -> FloatArray:
        wholes = below[drawn].sum(-1)
        gap = np.full(np.shape(wholes), np.nan)
        return np.divide(above[drawn].sum(-1), wholes, out=gap, where=wholes > 0)

    return statistic, len(below)


def percentile_statistic(
    values: ArrayLike, patients: IntArray, percent: float
) -> tuple[Statistic, int]:
    """Percentile of all values of the drawn patients, interpolated linearly.

    Args:
        values: See :func:`mean_statistic`.
        patients: See :func:`mean_statistic`.
        percent: 50 for the median.

    Returns:
        See :func:`mean_statistic`. Between a finite and an infinite value it is
        infinite.
    """
    known, owner, number = _measured(values, patients)
    order = np.argsort(known, kind='stable')
    known, owner = known[order], owner[order]

    def statistic(drawn: IntArray) -> FloatArray:
        # A patient drawn twice brings each of his values twice, in sorted order.
        upto = times_drawn(drawn.reshape(-1, drawn.shape[-1]), number)[:, owner]
        upto = upto.cumsum(1, dtype=np.int32)
        rank = (upto[:, -1] - 1) * (percent / 100)
        below = known[(upto > np.floor(rank)[:, None]).argmax(1)]
        above = known[(upto > np.ceil(rank)[:, None]).argmax(1)]
        share = rank % 1
        with np.errstate(invalid='ignore'):
            between = below + share * (above - below)
        between = np.where(share == 0, below, np.where(above == np.inf, above, between))
        return between.reshape(drawn.shape[:-1])

    return statistic, number


def times_drawn(drawn: IntArray, number: int) -> NDArray[np.int32]:
    """How often each patient was drawn.

    Args:
        drawn: ``(R, K)`` patients, numbers below ``number``.
        number: Of all patients.

    Returns:
        ``(R, number)``.
    """
    rows = np.arange(len(drawn))[:, None]
    times = np.bincount((rows * number + drawn).ravel(), minlength=len(drawn) * number)
    return times.reshape(len(drawn), number).astype(np.int32)


def statistic_intervals(
    statistics: Mapping[str, tuple[Statistic, int]],
    how: Bootstrap,
    shares: Collection[str] = (),
) -> dict[str, float]:
    """Intervals of named statistics.

    Args:
        statistics: Each with the number of its patients.
        how: Number of resamples, confidence and seed.
        shares: Names of those that are shares in percent.

    Returns:
        For each ``NAME`` its limits ``NAME_low`` and ``NAME_high``; of a share that is
        0 or 100 % in every draw those of :attr:`.Share.interval` over patients.
    """
    limits = {name: how.interval(*made) for name, made in statistics.items()}
    for name in shares:
        if limits[name] in ((0, 0), (100, 100)):
            number = statistics[name][1]
            hits = number if limits[name][0] else 0
            limits[name] = Share(hits, number).interval
    return {
        f'{name}_{side}': value
        for name, pair in limits.items()
        for side, value in zip(('low', 'high'), pair, strict=True)
    }


def mean_intervals(
    values: Mapping[str, ArrayLike], patients: IntArray, how: Bootstrap
) -> dict[str, float]:
    """Intervals of the means of named values, see :func:`mean_statistic`."""
    means = {name: mean_statistic(column, patients) for name, column in values.items()}
    return statistic_intervals(means, how)


def error_intervals(
    errors: ArrayLike,
    patients: IntArray,
    thresholds: Sequence[float],
    unit: str,
    how: Bootstrap,
    names: Sequence[str] | None = None,
) -> dict[str, float]:
    """Intervals of what :func:`.radial_error.summarise_errors` gives.

    Args:
        errors: ``(N, ...)`` distances; NaN is left out.
        patients: ``(N,)`` number of each row's patient.
        thresholds: SDR thresholds, in the unit of ``errors``.
        unit: Part of the names.
        how: Number of resamples, confidence and seed.
        names: Values wanted; all when left out.

    Returns:
        For each value ``NAME`` its limits ``NAME_low`` and ``NAME_high``.
    """
    distance = np.asarray(errors, np.float64)
    made = {
        f'MRE_{unit}': mean_statistic(distance, patients),
        f'median_{unit}': percentile_statistic(distance, patients, 50),
        f'p95_{unit}': percentile_statistic(distance, patients, 95),
        f'MSE_{unit}': mean_statistic(distance**2, patients),
    }
    for threshold in thresholds:
        success = np.where(np.isnan(distance), np.nan, 100.0 * (distance <= threshold))
        made[f'SDR@{threshold:g}{unit}'] = mean_statistic(success, patients)
    wanted = list(made) if names is None else names
    shares = [name for name in wanted if name.startswith('SDR@')]
    return statistic_intervals({name: made[name] for name in wanted}, how, shares)


def patient_numbers(films: Sequence[Mapping[str, Any]]) -> IntArray:
    """Number the patients of films; films that belong together are one patient's.

    Args:
        films: Image entries of the COCO contract; see
            :func:`.film_groups.connected_films`. One without patient and group stands
            for itself.

    Returns:
        ``(len(films),)`` numbers from 0.
    """
    numbers = np.zeros(len(films), dtype=np.intp)
    for number, places in enumerate(connected_films(films)):
        numbers[places] = number
    return numbers


def patients_by_film(records: Sequence[VertebraRecord]) -> dict[str, int]:
    """Number of the patient of each film, by its id; see :func:`patient_numbers`."""
    # File names repeat in joined data sets, paths do not.
    films = {r.film_id: {**r.film, 'file_name': r.film_id} for r in records}
    numbers = patient_numbers(list(films.values())).tolist()
    return dict(zip(films, numbers, strict=True))


def record_patients(records: Sequence[VertebraRecord]) -> IntArray:
    """Number the patients of records, ``(N,)``; see :func:`patient_numbers`."""
    numbers = patients_by_film(records)
    return np.array([numbers[r.film_id] for r in records], dtype=np.intp)


def _measured(
    values: ArrayLike, patients: IntArray
) -> tuple[FloatArray, IntArray, int]:
    """Known values, the patient of each, numbered anew, and how many patients."""
    pool = np.asarray(values, np.float64)
    owners = np.asarray(patients).reshape(-1, *[1] * (pool.ndim - 1))
    owners = np.broadcast_to(owners, pool.shape)
    known = ~np.isnan(pool)
    found, numbers = np.unique(owners[known], return_inverse=True)
    return pool[known], numbers.ravel(), len(found)
