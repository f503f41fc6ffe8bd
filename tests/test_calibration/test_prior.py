import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spondylo_mmpose.calibration.prior import DEPTH_MM, HEIGHT_MM, METHOD, estimate
from spondylo_mmpose.calibration.spacing import Estimate, Refusal
from spondylo_mmpose.converters.coco import Film

LEVELS = ['S1', 'L5', 'L4', 'L3', 'L2', 'L1', 'T12']


def mean_person(spacing, tilts=(40, 20, 5, -5, -10, -12, -12), size=1.0):
    """A film of somebody of mean size, vertebrae tilted, in px of that spacing."""
    quads = []
    for i, tilt in enumerate(np.radians(tilts)):
        across = np.array([np.cos(tilt), -np.sin(tilt)]) * DEPTH_MM[0] * size / 2
        down = np.array([np.sin(tilt), np.cos(tilt)]) * HEIGHT_MM[0] * size / 2
        sides = [(-1, -1), (1, -1), (-1, 1), (1, 1)]
        quads.append([a * across + d * down + [100, 300 - 40 * i] for a, d in sides])
    corners = np.array(quads) / spacing
    return Film('train/a.png', 640, 640, 'train', corners, levels=LEVELS)


@given(st.floats(0.1, 1.5), st.floats(0.1, 1.5))
def test_mean_person_is_measured_right_on_both_axes(x, y):
    outcome = estimate(mean_person([x, y]))
    assert isinstance(outcome, Estimate)
    assert outcome.mm == pytest.approx((x, y))
    assert outcome.method == METHOD
    # A tenth among people, nine hundredths among sources; the fit is exact.
    assert outcome.error_percent == 13.5


def test_a_small_person_is_taken_for_a_coarse_film():
    outcome = estimate(mean_person([0.5, 0.5], size=0.9))
    assert outcome.mm == pytest.approx((0.5 / 0.9, 0.5 / 0.9))


def test_magnification_of_the_detector():
    outcome = estimate(mean_person([0.5, 0.7]), magnification=1.2)
    assert outcome.mm == pytest.approx((0.6, 0.84))


def test_one_collapsed_body_is_left_out():
    film = mean_person([0.5, 0.5])
    middle = film.corners[3].mean(0)
    film.corners[3, :, 1] = middle[1] + 0.4 * (film.corners[3, :, 1] - middle[1])
    outcome = estimate(film)
    assert outcome.mm == pytest.approx((0.5, 0.5), rel=0.01)


def test_s1_the_thorax_and_half_vertebrae_say_nothing():
    film = mean_person([0.5, 0.5])
    film.corners[[0, 6]] *= 1.5
    film.corners[2, 3] = np.nan
    assert estimate(film).mm == pytest.approx((0.5, 0.5))
    film.corners[2:5, 3] = np.nan
    assert isinstance(estimate(film), Estimate)
    film.corners[5, 3] = np.nan
    assert estimate(film) == Refusal('fewer than 2 complete vertebrae of L1 to L5')


def test_ap_films_and_films_without_levels_are_refused():
    film = mean_person([0.5, 0.5])
    film.levels = [None] * 7
    assert isinstance(estimate(film), Refusal)
    film = mean_person([0.5, 0.5])
    film.view = 'ap'
    assert estimate(film) == Refusal('the prior is of lateral films')
