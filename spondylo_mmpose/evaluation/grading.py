"""Predicted Meyerding grades beside the true ones.

Grades are 0 to 5, the places of :data:`.measurements.GRADES`. A predicted grade that is
NaN could not be measured. It counts as wrong wherever a model is judged: it is no hit
of the accuracy, of the sensitivity or of the specificity, and for kappa it stands as
the grade farthest from the true one. So a model gains nothing by failing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import cohen_kappa_score, confusion_matrix

from spondylo_mmpose.evaluation.agreement import Share, share
from spondylo_mmpose.spine.anatomy import FloatArray
from spondylo_mmpose.spine.measurements import GRADE_BORDERS, GRADES

NOT_MEASURED = 'not measured'
"""Name of the confusion matrix's last column."""

_LABELS = list(range(len(GRADES)))


def confusion(true: ArrayLike, predicted: ArrayLike) -> NDArray[np.int64]:
    """Count pairs by true and predicted grade.

    Args:
        true: ``(N,)`` grades.
        predicted: ``(N,)`` grades, NaN where not measured.

    Returns:
        ``(6, 7)``: a row for each true grade, a column for each predicted one, the last
        for :data:`NOT_MEASURED`.
    """
    rows, columns = _grades(true), _grades(predicted)
    if not len(rows):
        return np.zeros((len(GRADES), len(GRADES) + 1), dtype=np.int64)
    columns = np.where(np.isnan(columns), len(GRADES), columns)
    square = confusion_matrix(
        rows.astype(int), columns.astype(int), labels=[*_LABELS, len(GRADES)]
    )
    return square[:-1].astype(np.int64)


def accuracy(true: ArrayLike, predicted: ArrayLike) -> Share:
    """Pairs whose grade is right."""
    return share(_grades(true) == _grades(predicted))


def quadratic_kappa(true: ArrayLike, predicted: ArrayLike) -> float:
    """Cohen's kappa with quadratic weights (Psychol Bull 1968; 70: 213).

    Where predictions are missing it is never above the kappa of the others.

    Args:
        true: ``(N,)`` grades.
        predicted: ``(N,)`` grades, NaN where not measured.

    Returns:
        NaN where it is undefined: without pairs, or where truth and prediction know
        one and the same grade only.
    """
    rows, columns = _grades(true), _grades(predicted)
    missing = np.isnan(columns)
    farthest = np.where(rows * 2 < len(GRADES) - 1, len(GRADES) - 1, 0)
    whole = _kappa(rows, np.where(missing, farthest, columns))
    if not missing.any():
        return whole
    # The far grades widen the spread that chance is given. Where that wins it back,
    # the others' own value is the bound.
    return float(np.fmin(whole, _kappa(rows[~missing], columns[~missing])))


def _kappa(rows: FloatArray, columns: FloatArray) -> float:
    if len(np.union1d(rows, columns)) < 2:
        return float('nan')
    return float(
        cohen_kappa_score(
            rows.astype(int), columns.astype(int), labels=_LABELS, weights='quadratic'
        )
    )


@dataclass(frozen=True)
class Finding:
    """How well slips of a grade or more are found.

    Attributes:
        sensitivity: Of the pairs that truly have it, those for which it was measured.
        specificity: Of the pairs that truly do not, those for which less was measured.
        positive_predictive: Of those for which it was measured, those that have it.
        negative_predictive: Of those for which less was measured, those that do not
            have it.
        prevalence: Pairs that truly have it. The predictive values hold for it alone.
    """

    sensitivity: Share
    specificity: Share
    positive_predictive: Share
    negative_predictive: Share
    prevalence: Share


def finding(true: ArrayLike, predicted: ArrayLike, least: int) -> Finding:
    """Judge the finding "grade ``least`` or more".

    Args:
        true: ``(N,)`` grades.
        predicted: ``(N,)`` grades, NaN where not measured: neither a positive nor a
            negative finding.
        least: Lowest grade that counts, 1 to 5.
    """
    rows, columns = _grades(true), _grades(predicted)
    has = rows >= least
    positive, negative = columns >= least, columns < least
    return Finding(
        sensitivity=share(positive[has]),
        specificity=share(negative[~has]),
        positive_predictive=share(has[positive]),
        negative_predictive=share(~has[negative]),
        prevalence=share(has),
    )


def border_distance(slip: ArrayLike, no_slip_threshold: float) -> FloatArray:
    """Distance of |slip| to the nearest border between two grades.

    A true slip nearer to a border than a model's error changes its grade by accident,
    so the share of such pairs bounds what an accuracy can mean.

    Args:
        slip: Percent, any shape.
        no_slip_threshold: Percent; 0 is no border, as no slip is smaller.

    Returns:
        Percentage points, NaN where the slip is.
    """
    lowest = (no_slip_threshold,) if no_slip_threshold > 0 else ()
    borders = np.array([*lowest, *GRADE_BORDERS])
    size = np.abs(np.asarray(slip, dtype=np.float64))
    return np.abs(size[..., None] - borders).min(axis=-1)


def _grades(grades: ArrayLike) -> FloatArray:
    return np.asarray(grades, dtype=np.float64).ravel()
