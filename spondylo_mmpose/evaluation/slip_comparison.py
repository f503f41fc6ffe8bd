"""Slips and grades of two runs on the same films."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from spondylo_mmpose.evaluation.clinical import measured_by_truth
from spondylo_mmpose.evaluation.intervals import Bootstrap, patients_by_film
from spondylo_mmpose.evaluation.paired_statistics import Difference, mean_differences
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.spine.measurements import meyerding_grade


def slip_differences(
    first: Sequence[VertebraRecord],
    second: Sequence[VertebraRecord],
    no_slip_threshold: float,
    how: Bootstrap,
    slip_name: str = 'slip_MAE',
) -> dict[str, Difference]:
    """Second minus first, over the pairs that the truth can measure.

    Args:
        first: Records of one run.
        second: Records of the other, of the same vertebrae in the same order.
        no_slip_threshold: |slip| in percent below which a pair has grade 0.
        how: Number of resamples, confidence and seed.
        slip_name: What to call the error of the slip.

    Returns:
        Mean absolute error of the slip (percentage points) over the pairs that both
        runs measured, and ``grade_accuracy`` (percent) over all, an unmeasured one
        being wrong.
    """
    # The first run says which film a vertebra is of: the data set may have been moved.
    same = [
        replace(one, predicted=two.predicted)
        for one, two in zip(first, second, strict=True)
    ]
    pairs = [measured_by_truth(records) for records in (first, same)]
    films = patients_by_film(first)
    patients = np.array([films[pair.film_id] for pair in pairs[0]], np.intp)
    true = np.array([pair.true for pair in pairs[0]], np.float64)
    found = [np.array([pair.predicted for pair in own], np.float64) for own in pairs]
    found = [np.where(np.isfinite(own), own, np.nan) for own in found]
    errors = [np.abs(own - true) for own in found]
    both = np.isfinite(errors[0]) & np.isfinite(errors[1])
    grades = meyerding_grade(true, no_slip_threshold)
    right = [
        np.where(meyerding_grade(own, no_slip_threshold) == grades, 100.0, 0.0)
        for own in found
    ]
    values = {
        slip_name: (
            np.where(both, errors[0], np.nan),
            np.where(both, errors[1], np.nan),
        ),
        'grade_accuracy': (right[0], right[1]),
    }
    return mean_differences(values, patients, how)
