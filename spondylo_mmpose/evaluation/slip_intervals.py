"""Intervals of slip and grade statistics by the bootstrap over patients."""

import numpy as np
from numpy.typing import ArrayLike

from spondylo_mmpose.evaluation.grading import quadratic_kappa
from spondylo_mmpose.evaluation.intervals import (
    Bootstrap,
    IntArray,
    Statistic,
    mean_statistic,
    statistic_intervals,
)
from spondylo_mmpose.evaluation.slip_agreement import LEAST_GRADES, WITHIN
from spondylo_mmpose.spine.anatomy import FloatArray
from spondylo_mmpose.spine.measurements import NO_SLIP_THRESHOLD, meyerding_grade


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
    rows = [np.flatnonzero(owners == patient) for patient in np.unique(owners)]

    def statistic(drawn: IntArray) -> FloatArray:
        flat = drawn.reshape(-1, drawn.shape[-1])
        chosen = [np.concatenate([rows[patient] for patient in line]) for line in flat]
        kappas = [quadratic_kappa(grades[line], graded[line]) for line in chosen]
        return np.array(kappas).reshape(drawn.shape[:-1])

    return statistic, len(rows)


def _percent(flags: np.ndarray) -> FloatArray:
    return np.where(flags, 100.0, 0.0)
