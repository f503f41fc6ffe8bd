"""Intervals of slips in reports, with errors that are known by hand."""

from dataclasses import replace

import numpy as np
import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report import reasons
from spondylo_mmpose.film_report.building import build_report
from spondylo_mmpose.film_report.spine_report import ReportOptions
from tests.test_film_report.helpers import (
    MODEL,
    calibration,
    film,
    found_in,
    report_of,
    spine,
)

# L5 stands 20 % before S1 on a plate of 100 px, its corner 20 px above: with one px of
# error in each corner the slip errs by sqrt(1 + 0.2^2 + 0.2^2 + 0.8^2 + 0.2^2).
STD = np.sqrt(1.76)


def pair_of(told_std, known, level=0.9):
    stds = None if told_std is None else np.full((6, 4), told_std)
    found = found_in(spine(), corner_std=stds)
    options = ReportOptions(facing='left', interval_level=level)
    report = build_report(found, film(), MODEL, options, known)
    return report, report.pairs[0]


def test_within_one_grade():
    report, pair = pair_of(0.5, calibration())  # 1 px when calibrated
    assert report.vertebrae[0].corner_std == (1.0,) * 4
    assert pair.slip_std == pytest.approx(STD, abs=1e-3)
    low, high = pair.slip_interval
    assert (low, high) == pytest.approx((20 - 2 * STD, 20 + 2 * STD), abs=1e-3)
    assert pair.grade == 'I'
    assert 'slip_interval' not in pair.reasons


def test_across_a_border():
    _, pair = pair_of(1.0, calibration())
    assert pair.slip_interval == pytest.approx((20 - 4 * STD, 20 + 4 * STD), abs=1e-3)
    assert pair.grade == 'I-II, uncertain'
    assert pair.direction == 'anterolisthesis'


def test_of_a_model_that_tells_no_deviations():
    shares = {'S1': (0.01,) * 4, 'others': (0.01,) * 4}
    report, pair = pair_of(None, calibration(scales=None, shares=shares))
    assert report.vertebrae[1].corner_std == (1.0,) * 4
    assert pair.slip_interval is not None


def test_too_few_patients():
    endless = dict.fromkeys(('all', 'S1', 'others'), (np.inf,))
    _, pair = pair_of(0.5, calibration(slip_quantiles=endless))
    assert pair.slip_interval is None
    assert pair.reasons['slip_interval'] == reasons.TOO_FEW
    assert pair.grade == 'I'


def test_a_calibration_of_few_says_so():
    facts = {'assumed_normal': True, 'observed': {'patients': 6}}
    report, pair = pair_of(0.5, calibration(facts=facts))
    assert pair.slip_interval is not None
    (note,) = [one for one in report.warnings if one.code == 'interval_normal']
    assert (note.severity, note.vertebrae) == ('note', ())
    assert 'the calibration saw 6 patients' in note.text
    report, _ = pair_of(0.5, calibration())
    assert not any(one.code == 'interval_normal' for one in report.warnings)


def test_without_a_calibration():
    report, pair = pair_of(0.5, None)
    assert report.vertebrae[0].corner_std == (0.5,) * 4  # as the model says
    assert pair.reasons['slip_interval'] == reasons.NO_CALIBRATION


def test_deviations_made_in_another_way_than_those_that_were_calibrated():
    found = found_in(spine(), corner_std=np.ones((6, 4)), std_origin='mc_dropout=8')
    with pytest.raises(SpondyloError, match='calibrate the model as it is used'):
        build_report(found, film(), MODEL, calibration=calibration())
    learned = replace(found, std_origin='learned')
    assert build_report(learned, film(), MODEL, calibration=calibration()).pairs


def test_where_nothing_was_found_there_is_nothing_to_calibrate():
    shares = {'S1': (0.01,) * 4, 'others': (0.01,) * 4}
    found = found_in(np.zeros((0, 4, 2)), corner_std=np.zeros((0, 4)))
    known = calibration(scales=None, shares=shares)
    assert build_report(found, film(), MODEL, calibration=known).vertebrae == ()


def test_a_calibration_of_a_model_of_the_other_sort():
    with pytest.raises(SpondyloError, match='calibrate this model by itself'):
        pair_of(None, calibration())


@pytest.mark.parametrize(
    ('slip', 'grade'),
    [
        (21.5, 'I'), (21.501, 'I-II, uncertain'), (28.5, 'I-II, uncertain'),
        (28.501, 'II'), (1.499, '0'), (-1.5, '0-I, uncertain'),
        (8.499, '0-I, uncertain'), (-8.5, 'I'), (104, 'V'),
    ],
)  # fmt: skip
def test_near_a_border_a_slip_without_an_interval_has_either_grade(slip, grade):
    (pair,) = report_of(spine((200, 200 - slip))).pairs
    assert pair.slip_percent == slip
    assert pair.slip_interval is None
    assert pair.grade == grade
