import math

import numpy as np
import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.uncertainty.error_model import (
    MixtureFit,
    fit_mixture,
    fit_scale,
    fit_student,
)


def distances(random, number, scale, freedom=None):
    error = random.normal(size=(number, 2))
    if freedom:
        error /= np.sqrt(random.chisquare(freedom, (number, 1)) / freedom)
    return scale * np.hypot(*error.T)


def test_likelihood_of_the_mixture_by_hand():
    fit = MixtureFit(scale=2.0, gross=0.1)
    (told,) = fit.log_likelihoods(np.array([2.0]), np.array([50.0]))
    located = 0.9 * math.exp(-0.5) / (2 * math.pi * 4)
    assert told == pytest.approx(math.log(located + 0.1 / 50))


def test_gross_errors_do_not_move_the_scale():
    random = np.random.default_rng(0)
    errors = distances(random, 4000, 1.5)
    errors[:200] = 100 * np.sqrt(random.random(200) / math.pi)  # on a disc of 10,000
    fit = fit_scale(errors, np.full(4000, 10_000.0))
    # Standard error of a scale: 1.5 / sqrt(4 * 3800) = 0.012.
    assert fit.scale == pytest.approx(1.5, abs=0.04)
    assert fit.gross == pytest.approx(0.05, abs=0.01)
    assert fit.gaussian_scale > 5
    assert fit.nats > fit.student_nats > fit.gaussian_nats
    assert fit.student_freedom < 3


def test_of_normal_errors_all_models_say_the_same():
    errors = distances(np.random.default_rng(0), 4000, 0.7)
    fit = fit_scale(errors, np.full(4000, 1000.0))
    assert fit.gaussian_scale == pytest.approx(np.sqrt((errors**2).mean() / 2))
    assert fit.scale == pytest.approx(fit.gaussian_scale, rel=2e-3)
    assert fit.student_scale == pytest.approx(fit.gaussian_scale, rel=0.02)
    assert fit.gross < 1e-3
    assert fit.student_freedom > 30
    # -log(2 pi scale**2) - 1, the mean over the plane.
    assert fit.gaussian_nats == pytest.approx(
        np.mean(
            -np.log(2 * np.pi * fit.gaussian_scale**2)
            - errors**2 / (2 * fit.gaussian_scale**2)
        )
    )
    assert fit.number == 4000


def test_student_is_found_where_the_likelihood_is_largest():
    errors = distances(np.random.default_rng(0), 20_000, 2.0, freedom=4)
    scale, freedom, nats = fit_student(errors)
    assert (scale, freedom) == pytest.approx((2.0, 4.0), rel=0.06)

    def mean_likelihood(scale, freedom):
        squares = errors**2 / (freedom * scale**2)
        density = (1 + squares) ** (-freedom / 2 - 1) / (2 * np.pi * scale**2)
        return np.log(density).mean()

    assert nats == pytest.approx(mean_likelihood(scale, freedom))
    for other in ((1.02 * scale, freedom), (scale, 1.05 * freedom)):
        assert mean_likelihood(*other) < nats


def test_gross_errors_are_never_impossible():
    errors = distances(np.random.default_rng(0), 1000, 1.0)
    fit = fit_mixture(errors, np.full(1000, 1e4))
    (far,) = fit.log_likelihoods(np.array([60.0]), np.array([1e4]))
    assert -20 < far < -15


@pytest.mark.parametrize('errors', [[], [0, 0, 0, 5.0]])
def test_where_there_are_no_errors_nothing_is_learned(errors):
    with pytest.raises(SpondyloError, match='no errors to learn from'):
        fit_mixture(np.array(errors), np.ones(len(errors)))
