import math

import numpy as np
import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.uncertainty.calibrating import (
    calibrate,
    calibrated_stds,
    kind_gain,
)
from spondylo_mmpose.uncertainty.calibration import ALL
from spondylo_mmpose.uncertainty.observed import observe
from spondylo_mmpose.uncertainty.slip_errors import slip_errors
from tests.test_uncertainty.helpers import samples

FILMS = 70


def test_the_scale_is_found_among_gross_errors():
    found = observe(samples(FILMS, scale=2.0, gross=0.03))
    made = calibrate(found)
    # 1680 corners: standard error of the scale 2 / sqrt(4 * 1680) = 0.024.
    assert made.scales['S1'] == made.scales['others'] == pytest.approx(2.0, abs=0.08)
    assert made.shares is None
    assert made.std_origin == 'learned'
    assert made.size == pytest.approx(60, abs=1)
    fit = made.facts['fits'][ALL]
    assert fit['gross'] == pytest.approx(0.03, abs=0.015)
    assert fit['nats'] > fit['student_nats'] > fit['gaussian_nats']
    assert made.facts['observed'] == dict(
        films=FILMS,
        patients=FILMS,
        vertebrae=6 * FILMS,
        vertebrae_not_found=0,
        corners=24 * FILMS,
        slips=5 * FILMS,
    )


def test_quantiles_hold_on_what_they_were_learned_from():
    found = observe(samples(FILMS, scale=0.7, freedom=3))
    made = calibrate(found, coverages=[0.9, 0.5])
    assert made.coverages == (0.5, 0.9)
    stds = calibrated_stds(made, found)
    slips = slip_errors(found, stds)
    scores = found.errors / stds
    on_sacrum = np.array(slips.levels) == 'S1'
    is_sacrum = np.array(found.levels) == 'S1'
    for place, coverage in enumerate(made.coverages):
        for quantiles, values in (
            (made.corner_quantiles[ALL], scores),
            (made.corner_quantiles['S1'], scores[is_sacrum]),
            (made.corner_quantiles['others'], scores[~is_sacrum]),
            (made.slip_quantiles[ALL], slips.scores),
            (made.slip_quantiles['S1'], slips.scores[on_sacrum]),
            (made.slip_quantiles['others'], slips.scores[~on_sacrum]),
        ):
            held = (values <= quantiles[place]).mean()
            # (K + 1) / K times the coverage, in steps of a score of one patient.
            assert held == pytest.approx(coverage * (FILMS + 1) / FILMS, abs=1 / FILMS)


def test_kinds_are_scaled_apart_where_held_out_patients_gain():
    films = samples(FILMS)
    for film in films:
        film['pred_instances']['keypoint_stds'][0] /= 3
    made = calibrate(observe(films))
    assert made.scales['S1'] == pytest.approx(3, abs=0.3)
    assert made.scales['others'] == pytest.approx(1, abs=0.06)
    gain = made.facts['fits']['gain_of_kinds']
    assert gain['nats_per_patient'] > 5 * gain['standard_error'] > 0
    assert {*made.facts['fits']} == {ALL, 'S1', 'others', 'gain_of_kinds'}


def test_few_patients_have_no_kinds():
    errors, areas = np.ones(4), np.ones(4)
    gain = kind_gain(errors, areas, np.array(['S1', 'others'] * 2), np.arange(4))
    assert np.isnan(gain).all()
    made = calibrate(observe(samples(8)))
    assert made.scales['S1'] == made.scales['others']
    assert made.slip_quantiles['S1'] == made.slip_quantiles[ALL]
    # 9 * 0.9 = 8.1: eight patients cannot tell 90 %.
    assert np.isfinite(made.slip_quantiles[ALL][:3]).all()
    assert made.slip_quantiles[ALL][3:] == (math.inf, math.inf)


def test_few_patients_may_be_taken_for_normal():
    plain, made = (calibrate(observe(samples(8)), few_as_normal=few) for few in (0, 1))
    assert made.scales == plain.scales
    assert made.few_patients == 8
    assert plain.few_patients is None
    for kind in (ALL, 'S1', 'others'):
        # Two-sided normal, and sqrt(-2 ln(1 - p)) of Rayleigh's distribution.
        assert made.slip_quantiles[kind][3] == pytest.approx(1.6448536)
        assert made.corner_quantiles[kind][3] == pytest.approx(2.1459660)
    many = calibrate(observe(samples(FILMS)), few_as_normal=True)
    assert many.few_patients is None
    assert many == calibrate(observe(samples(FILMS)))


def test_models_that_tell_nothing_get_constants():
    films = samples(FILMS, told=False)
    for number, film in enumerate(films):  # inferior corners of S1 are hard
        away = [6, 0] if number % 3 else [0, -6]
        film['pred_instances']['keypoints'][0, 2:] += away
    made = calibrate(observe(films))
    assert made.scales is None
    assert made.std_origin == 'constant'
    # Deviations of half to twice 1 px have a root mean square of 1.16 px on 60 px.
    assert made.shares['others'] == pytest.approx((0.0193,) * 4, rel=0.15)
    assert made.shares['S1'][:2] == pytest.approx((0.0193,) * 2, rel=0.25)
    assert min(made.shares['S1'][2:]) > 0.06
    assert {*made.facts['fits']} == {'S1', 'others'}


@pytest.mark.parametrize(
    ('films', 'coverages', 'message'),
    [
        (3, [0.5], r'holds 18 found vertebrae of 3 patients'),
        (8, [0.5, 1.0], 'between 0 and 1'),
        (8, [], 'between 0 and 1'),
    ],
)
def test_too_little_is_refused(films, coverages, message):
    with pytest.raises(SpondyloError, match=message):
        calibrate(observe(samples(films)), coverages)


def test_the_truth_itself_teaches_nothing():
    films = samples(8, noise=1e-300)
    for film in films:
        film['pred_instances']['keypoint_stds'][:] = 1
    for given in (films, samples(8, noise=1e-300, told=False)):
        with pytest.raises(SpondyloError, match='no errors to learn from'):
            calibrate(observe(given))
