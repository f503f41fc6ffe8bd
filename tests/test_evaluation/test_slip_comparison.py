"""Slips of two runs on L5-S1 (25 %) and L4-L5 (10 %), see the film metric's test."""

from dataclasses import replace

import numpy as np
import pytest

from spondylo_mmpose.evaluation.comparison import compare_records
from spondylo_mmpose.evaluation.intervals import Bootstrap
from spondylo_mmpose.evaluation.slip_comparison import slip_differences
from tests.test_evaluation.helpers import film_records
from tests.test_evaluation.test_film_clinical_metric import PLATE, SPINE


def run(*points):
    """Films whose L4 is so many percentage points too far forward; NaN: not there."""
    records = []
    for film, too_much in enumerate(points, 1):
        off = SPINE.copy()
        off[2] += too_much / 100 * PLATE
        records += film_records(SPINE, off, film)
    return records


def differences(first, second, threshold=5.0):
    return slip_differences(first, second, threshold, Bootstrap())


def test_values_by_hand():
    # L4-L5: 10 -> 30 is II, 10 -> 20 is I. One pair of two on each film.
    found = differences(run(20, 0), run(10, 10))
    slip = found['slip_MAE']
    assert (slip.first, slip.second) == pytest.approx((5, 5))
    assert (slip.difference, slip.low, slip.high) == pytest.approx((0, -5, 5))
    grade = found['grade_accuracy']
    assert (grade.first, grade.second) == (75, 100)
    assert (grade.difference, grade.low, grade.high) == (25, 0, 50)


def test_the_threshold_counts():
    # Below 25 % nothing is a slip: 10 -> 20 stays 0, 25 % is I.
    grade = differences(run(0), run(14.5), threshold=25)['grade_accuracy']
    assert (grade.first, grade.second) == (100, 100)
    assert differences(run(0), run(16), 25)['grade_accuracy'].second == 50


def test_errors_are_those_of_pairs_that_both_measured():
    found = differences(run(20, 10), run(np.nan, 30))
    # L5-S1 of both films (0) and L4-L5 of the second.
    assert found['slip_MAE'].first == pytest.approx(10 / 3)
    assert found['slip_MAE'].second == pytest.approx(30 / 3)
    # The first film's L4-L5 was not measured, the second's is 40 %: both wrong.
    assert found['grade_accuracy'].second == 50


def test_a_data_set_that_was_moved_is_the_same():
    first, second = run(20, 0), run(10, 10)
    moved = [replace(r, film_id=f'/x{9 - i}/{r.film_id}')
             for i, r in enumerate(second)]  # fmt: skip
    assert differences(first, moved) == differences(first, second)


def test_they_are_part_of_the_comparison():
    found = compare_records(run(20, 0), run(10, 10)).differences
    assert found['slip_MAE'] == differences(run(20, 0), run(10, 10))['slip_MAE']
    other = compare_records(run(0, 0), run(14, 14), no_slip_threshold=20).differences
    assert other['grade_accuracy'].second == 50


def test_nothing_to_compare():
    assert np.isnan(differences([], [])['slip_MAE'].difference)
