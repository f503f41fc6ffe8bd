"""Intervals of slip and grade statistics by the bootstrap over patients."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spondylo_mmpose.evaluation.grading import confusion
from spondylo_mmpose.evaluation.intervals import (
    Bootstrap,
    IntArray,
    Statistic,
    mean_statistic,
    statistic_intervals,
    times_drawn,
)
from spondylo_mmpose.evaluation.slip_agreement import LEAST_GRADES, WITHIN
from spondylo_mmpose.spine.anatomy import FloatArray
from spondylo_mmpose.spine.measurements import (
    GRADES,
    NO_SLIP_THRESHOLD,
    meyerding_grade,
)


def slip_intervals(
    true: ArrayLike,
    predicted: ArrayLike,
    patients: ArrayLike,
    no_slip_threshold: float = NO_SLIP_THRESHOLD,
    how: Bootstrap | None = None,
) -> dict[str, float]:
    """Intervals of what :func:`.compare_slips` gives.

    Args:
        true: ``(N,)`` percent, finite.
        predicted: ``(N,)`` percent; what is not finite was not measured.
        patients: ``(N,)`` number of the patient of each pair.
        no_slip_threshold: |slip| in percent below which a pair has grade 0.
        how: Number of resamples, confidence and seed.

    Returns:
        ``NAME_low`` and ``NAME_high`` for the error and the shares of
        :meth:`.SlipAgreement.metrics` and for kappa. NaN where fewer than two patients
        count, and for kappa where a resample holds one grade only.
    """
    how = how or Bootstrap()
    slips = np.asarray(true, dtype=np.float64).ravel()
    found = np.asarray(predicted, dtype=np.float64).ravel()
    found = np.where(np.isfinite(found), found, np.nan)
    owners = np.asarray(patients, dtype=np.intp).ravel()
    grades = meyerding_grade(slips, no_slip_threshold)
    graded = meyerding_grade(found, no_slip_threshold)
    error = found - slips
    values = {'slip_MAE': np.abs(error), 'slip_bias': error}
    for points in WITHIN:
        values[f'slip_within_{points:g}'] = _percent(np.abs(error).round(10) <= points)
    values['grade_accuracy'] = _percent(grades == graded)
    for least in LEAST_GRADES:
        has = grades >= least
        positive, negative = _percent(graded >= least), _percent(graded < least)
        values[f'sensitivity_{least}_or_more'] = np.where(has, positive, np.nan)
        values[f'specificity_{least}_or_more'] = np.where(has, np.nan, negative)
    made = {name: mean_statistic(column, owners) for name, column in values.items()}
    made['kappa_quadratic'] = _kappa_statistic(grades, graded, owners)
    return statistic_intervals(made, how)


def _kappa_statistic(
    grades: FloatArray, graded: FloatArray, owners: IntArray
) -> tuple[Statistic, int]:
    found, owner = np.unique(owners, return_inverse=True)
    tables = np.array(
        [
            confusion(grades[owner == patient], graded[owner == patient]).ravel()
            for patient in range(len(found))
        ]
    ).reshape(len(found), len(GRADES) * (len(GRADES) + 1))

    def statistic(drawn: IntArray) -> FloatArray:
        times = times_drawn(drawn.reshape(-1, drawn.shape[-1]), len(found))
        counted = (times @ tables).reshape(-1, len(GRADES), len(GRADES) + 1)
        return _kappas(counted).reshape(drawn.shape[:-1])

    return statistic, len(found)


def _kappas(tables: NDArray[np.int64]) -> FloatArray:
    """What :func:`.grading.quadratic_kappa` gives, for many confusion matrices.

    A call of it for each resample takes seconds.
    """
    whole, missing = tables[:, :, :-1].copy(), tables[:, :, -1]
    low = np.arange(len(GRADES)) * 2 < len(GRADES) - 1
    whole[:, low, -1] += missing[:, low]
    whole[:, ~low, 0] += missing[:, ~low]
    others = _square_kappas(tables[:, :, :-1])
    every = _square_kappas(whole)
    return np.where(missing.any(1), np.fmin(every, others), every)


def _square_kappas(tables: NDArray[np.int64]) -> FloatArray:
    grades = np.arange(len(GRADES))
    weights = (grades[:, None] - grades) ** 2
    rows, columns = tables.sum(2), tables.sum(1)
    apart = (weights * tables).sum((1, 2)) * tables.sum((1, 2))
    by_chance = np.einsum('ni,ij,nj->n', rows, weights, columns)
    # Nothing is left to chance where both know one and the same grade only.
    share = np.divide(
        apart, by_chance, out=np.full(len(tables), np.nan), where=by_chance > 0
    )
    return np.asarray(1.0 - share, np.float64)


def _percent(flags: np.ndarray) -> FloatArray:
    return np.where(flags, 100.0, 0.0)
