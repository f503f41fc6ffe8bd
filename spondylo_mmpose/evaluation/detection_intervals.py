"""Intervals of the end-to-end numbers by the bootstrap over patients."""

from collections.abc import Sequence

import numpy as np

from spondylo_mmpose.evaluation.detection import FilmOutcome
from spondylo_mmpose.evaluation.detection_summary import (
    BY_SOURCE,
    by_source,
    film_rates,
    matched_errors,
)
from spondylo_mmpose.evaluation.intervals import (
    Bootstrap,
    IntArray,
    Statistic,
    error_intervals,
    ratio_statistic,
    statistic_intervals,
    times_drawn,
)
from spondylo_mmpose.evaluation.matched_records import film_patients
from spondylo_mmpose.evaluation.radial_error import MM_THRESHOLDS, PX_THRESHOLDS
from spondylo_mmpose.spine.anatomy import FloatArray

_SHARES = (
    'precision', 'recall', 'count_accuracy', 'count_accuracy_off_border',
    'level_shift_rate', 'level_shift_rate_counted',
)  # fmt: skip


def detection_intervals(
    outcomes: Sequence[FilmOutcome],
    px_thresholds: Sequence[float] = PX_THRESHOLDS,
    mm_thresholds: Sequence[float] = MM_THRESHOLDS,
    how: Bootstrap | None = None,
) -> dict[str, float]:
    """Intervals of what :func:`.summarise_detections` gives.

    Args:
        outcomes: One for each film, from :func:`.compare_films`.
        px_thresholds: SDR thresholds in px.
        mm_thresholds: SDR thresholds in mm.
        how: Number of resamples, confidence and seed.

    Returns:
        ``NAME_low`` and ``NAME_high`` for every value that is no count. NaN where fewer
        than two patients count, and for F1 and AP, which are no shares, where all draws
        give 0 or all give 100 %.
    """
    how = how or Bootstrap()
    patients = film_patients(outcomes)
    limits = _pool_limits(outcomes, patients, how)
    made = {'AP': precision_statistic(outcomes, patients)}
    limits |= _without_points(statistic_intervals(made, how), ['AP'])
    for unit, thresholds, errors in (
        ('px', px_thresholds, [o.errors for o in outcomes]),
        ('mm', mm_thresholds, [o.errors_mm for o in outcomes]),
    ):
        matched = matched_errors(outcomes, errors)
        names = [f'{name}_{unit}' for name in ('MRE', 'median', 'p95', 'MSE')]
        limits |= _error_limits(matched, patients, (), unit, how, names)
        names = [f'SDR@{threshold:g}{unit}' for threshold in thresholds]
        limits |= _error_limits(errors, patients, thresholds, unit, how, names)
    for source, places in by_source(outcomes).items():
        own = [outcomes[place] for place in places]
        values = _pool_limits(own, patients[places], how)
        values |= _error_limits(
            matched_errors(own, [o.errors for o in own]),
            patients[places], (), 'px', how, ['MRE_px'],
        )  # fmt: skip
        limits |= {
            f'{name}/{source}_{side}': values[f'{name}_{side}']
            for name in BY_SOURCE
            for side in ('low', 'high')
            if f'{name}_{side}' in values
        }
    return limits


def precision_statistic(
    outcomes: Sequence[FilmOutcome], patients: IntArray
) -> tuple[Statistic, int]:
    """Average precision of the drawn patients, see :func:`.average_precision`.

    Args:
        outcomes: One for each film.
        patients: ``(F,)`` number of each film's patient.

    Returns:
        The statistic, and of how many patients; NaN where a prediction has no score.
    """
    found, owner = np.unique(patients, return_inverse=True)
    vertebrae = np.bincount(owner, [len(o.film.corners) for o in outcomes])
    scores = np.concatenate([o.scores for o in outcomes] or [np.zeros(0)])
    hits = np.concatenate([o.hits for o in outcomes] or [np.zeros(0, bool)])
    films = np.repeat(owner, [len(o.scores) for o in outcomes])
    ranked = np.argsort(-scores, kind='stable')
    scores, hits, films = scores[ranked], hits[ranked], films[ranked]
    # Equal scores are told apart by nothing: they count together.
    ends = np.flatnonzero(np.append(np.diff(scores) != 0, True)[: len(scores)])

    def statistic(drawn: IntArray) -> FloatArray:
        if np.isnan(scores).any():
            return np.full(drawn.shape[:-1], np.nan)
        flat = drawn.reshape(-1, drawn.shape[-1])
        times = times_drawn(flat, len(found))[:, films]
        right = (times * hits).cumsum(1)[:, ends]
        asked = times.cumsum(1)[:, ends]
        gained = np.diff(right, axis=1, prepend=0)
        shares = np.divide(right, asked, out=np.zeros(right.shape), where=asked > 0)
        values = 100.0 * (gained * shares).sum(1) / vertebrae[flat].sum(1)
        return values.reshape(drawn.shape[:-1])

    return statistic, len(found)


def _pool_limits(
    outcomes: Sequence[FilmOutcome], patients: IntArray, how: Bootstrap
) -> dict[str, float]:
    rates = film_rates(outcomes)
    made = {name: ratio_statistic(*rate, patients) for name, rate in rates.items()}
    limits = statistic_intervals(made, how, _SHARES)
    return _without_points(limits, ['F1', 'F1_off_border'])


def _without_points(limits: dict[str, float], names: Sequence[str]) -> dict[str, float]:
    for name in names:
        if limits[f'{name}_low'] == limits[f'{name}_high'] in (0, 100):
            limits |= dict.fromkeys((f'{name}_low', f'{name}_high'), float('nan'))
    return limits


def _error_limits(
    errors: Sequence[FloatArray],
    patients: IntArray,
    thresholds: Sequence[float],
    unit: str,
    how: Bootstrap,
    names: Sequence[str],
) -> dict[str, float]:
    owners = np.repeat(patients, [len(film) for film in errors])
    pool = np.concatenate([*errors, np.zeros((0, 4))])
    return error_intervals(pool, owners, thresholds, unit, how, names)
