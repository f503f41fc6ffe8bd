"""Intervals of slips, and the grades within."""

import math
from dataclasses import replace

import numpy as np
import pytest

from spondylo_mmpose.uncertainty import (
    Calibration,
    SlipInterval,
    grade_probabilities,
    grades_between,
    slip_interval,
)
from tests.test_uncertainty.test_slip_propagation import LOWER, ONES, UPPER

STD = math.sqrt(12.15625)  # see test_slip_propagation
CALIBRATION = Calibration(
    coverages=(0.5, 0.9),
    scales={'S1': 1.0, 'others': 1.0},
    shares=None,
    size=40.0,
    corner_quantiles={'all': (1.0, 2.0), 'S1': (1.0, 2.0), 'others': (1.0, 2.0)},
    slip_quantiles={'all': (0.5, 2.0), 'S1': (0.5, 3.0), 'others': (0.5, math.inf)},
)


def interval(**changes):
    return slip_interval(LOWER, UPPER, ONES, ONES, 'right', **changes)


def test_delta_interval_is_normal():
    told = interval(method='delta')
    assert (told.slip, told.std) == pytest.approx((10, STD))
    assert told.low == pytest.approx(10 - 1.6448536 * STD)
    assert told.high == pytest.approx(10 + 1.6448536 * STD)
    assert told.grades == ('0', 'I')
    assert (told.level, told.method) == (0.9, 'delta')


def test_a_calibration_says_how_many_deviations():
    told = interval(calibration=CALIBRATION)
    assert told.method == 'conformal'
    assert (told.low, told.high) == pytest.approx((10 - 2 * STD, 10 + 2 * STD))
    on_sacrum = interval(calibration=CALIBRATION, lower_level='S1')
    assert on_sacrum.high == pytest.approx(10 + 3 * STD)
    half = interval(calibration=CALIBRATION, lower_level='S1', level=0.5)
    assert half.high == pytest.approx(10 + 0.5 * STD)
    open_ended = interval(calibration=CALIBRATION, lower_level='L5')
    assert (open_ended.low, open_ended.high) == (-math.inf, math.inf)
    assert open_ended.grades == ('0', 'I', 'II', 'III', 'IV', 'V')


def test_normal_errors_are_not_called_conformal():
    normal = replace(CALIBRATION, facts={'assumed_normal': True})
    told = interval(calibration=normal)
    assert told.method == 'normal'
    assert told.low == interval(calibration=CALIBRATION).low


def test_chance_is_the_default_and_agrees_where_errors_are_small():
    told = slip_interval(LOWER, UPPER, 0.1 * ONES, 0.1 * ONES, 'right', level=0.68)
    assert told.method == 'monte_carlo'
    # Standard error of the 16 % quantile of 4096 draws: 2.4 % of a deviation.
    assert told.low == pytest.approx(10 - 0.994458 * 0.1 * STD, abs=0.075 * 0.1 * STD)
    assert told.high == pytest.approx(10 + 0.994458 * 0.1 * STD, abs=0.075 * 0.1 * STD)
    assert told.grade_text == 'I'


def test_corners_that_are_surely_known_leave_no_doubt():
    for changes in ({}, dict(method='delta'), dict(calibration=CALIBRATION)):
        told = slip_interval(LOWER, UPPER, 0 * ONES, 0 * ONES, 'right', **changes)
        assert (told.low, told.high) == pytest.approx((10, 10))
        assert told.is_certain


def test_what_is_not_measured_has_no_interval():
    lost = np.full((4, 2), np.nan)
    for changes in ({}, dict(method='delta'), dict(calibration=CALIBRATION)):
        told = slip_interval(LOWER, lost, ONES, ONES, 'right', **changes)
        assert np.isnan([told.low, told.high, told.std, told.slip]).all()
        assert (told.grades, told.grade_text) == ((), 'not measured')
        assert not told.is_certain


@pytest.mark.parametrize(
    ('low', 'high', 'grades'),
    [
        (6, 25, 'I'),
        (6, 25.1, 'I II'),
        (-4.9, 4.9, '0'),
        (-5, 1, '0 I'),
        (-30, -26, 'II'),
        (-60, 10, '0 I II III'),
        (5, 5, 'I'),
        (101, 120, 'V'),
        (24, 80, 'I II III IV'),
    ],
)
def test_grades_between_limits(low, high, grades):
    assert grades_between(low, high) == tuple(grades.split())
    assert grades_between(-high, -low) == tuple(grades.split())


def test_grade_in_words():
    def text(*grades):
        return SlipInterval(0, 0, 0, grades).grade_text

    assert text('II') == 'II'
    assert text('I', 'II') == 'I-II, uncertain'
    assert text('0', 'I', 'II') == '0-II, uncertain'


def test_the_threshold_of_no_slip_is_the_callers():
    assert grades_between(1, 2, no_slip_threshold=0) == ('I',)
    assert interval(method='delta', no_slip_threshold=20).grades == ('0',)


def test_probabilities_count_draws():
    slips = np.array([[0, 4, 5, -26], [np.nan, 0, 0, 0], [101, 101, 100, 75]])
    told = grade_probabilities(slips)
    assert told[0].tolist() == [0.5, 0.25, 0.25, 0, 0, 0]
    assert np.isnan(told[1]).all()
    assert told[2].tolist() == [0, 0, 0, 0.25, 0.25, 0.5]


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        (dict(level=1), 'between 0 and 1'),
        (dict(method='conformal'), 'needs a calibration'),
        (dict(method='magic'), 'must be'),
        (dict(calibration=CALIBRATION, level=0.8), 'knows 0.5, 0.9'),
    ],
)
def test_wrong_input_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        interval(**changes)
