"""Slips of a report beside those of labels, 20, -10, 0, 0 and 0 % by hand."""

from dataclasses import replace

import numpy as np
import pytest

from spondylo_mmpose.benchmarks.told_slips import ToldSlip, slip_values, told_slips
from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.evaluation.detection import compare_film
from spondylo_mmpose.evaluation.film_predictions import FilmPrediction
from tests.test_film_report.helpers import SLIPS, report_of, spine

TRUTH = Film('a.png', 640, 640, 'val', spine())


def compared(corners):
    number = len(corners)
    return compare_film(TRUTH, FilmPrediction('a.png', corners, np.ones(number)))


def with_intervals(report, half=5.0):
    pairs = tuple(
        one
        if one.slip_percent is None
        else replace(
            one, slip_interval=(one.slip_percent - half, one.slip_percent + half)
        )
        for one in report.pairs
    )
    return replace(report, pairs=pairs)


def test_true_slips_are_those_of_the_labels():
    moved = spine()
    moved[1, :, 0] -= 7  # L5 slips 7 points further, and L4 on it 7 less far
    report = with_intervals(report_of(moved))
    told = told_slips(report, compared(moved), TRUTH.corners)
    assert [one.true for one in told] == pytest.approx(SLIPS)
    assert [one.told - one.true for one in told] == pytest.approx([7, -7, 0, 0, 0])
    assert [one.held for one in told] == [False, False, True, True, True]


def test_vertebrae_that_stand_for_none_are_left_out():
    moved = spine()
    moved[1, :, 0] += 300
    told = told_slips(with_intervals(report_of(moved)), compared(moved), TRUTH.corners)
    assert [one.true for one in told] == pytest.approx(SLIPS[2:])


def test_a_gap_parts_neighbours():
    found = np.delete(spine(), 2, axis=0)
    report = with_intervals(report_of(found, slots=np.array([0, 1, 3, 4, 5])))
    told = told_slips(report, compared(found), TRUTH.corners)
    assert [one.true for one in told] == pytest.approx([20, 0, 0])


def test_without_intervals_nothing_is_told():
    assert told_slips(report_of(), compared(spine()), TRUTH.corners) == []


def test_values():
    within, beyond = ToldSlip(1.0, 0.0, -2.0, 2.0), ToldSlip(9.0, 0.0, -4.0, 4.0)
    told = slip_values([[within, beyond], [], [within]], np.array([0, 1, 2]))
    assert told['slips'] == 3
    assert told['slips_held'] == pytest.approx(200 / 3)
    # Patients drawn with replacement: both films with slips, or one of them twice.
    assert (told['slips_held_low'], told['slips_held_high']) == (50, 100)
    assert told['slip_reach'] == 2
    none = slip_values([[], []], np.array([0, 1]))
    assert none.pop('slips') == 0
    assert np.isnan(list(none.values())).all()
