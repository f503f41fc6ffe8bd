"""Which four points look like a vertebra."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spondylo_mmpose.decoding.shape_prior import disc_log_prior, vertebra_log_prior
from spondylo_mmpose.spine.anatomy import mirror

BODY = np.array([[0.0, 0], [91, 0], [0, 50], [91, 50]])
"""As wide as e^0.6 heights: the middle of everything."""

SACRUM = np.array([[0.0, 40], [80, 0], [30, 75], [80, 50]])
seeds = st.integers(0, 2**32 - 1)


def quads(seed, number=5):
    return np.random.default_rng(seed).uniform(0, 200, (number, 4, 2))


def test_the_middle_is_the_most_likely_one():
    """Its features are 0 standard deviations from the middle, but for rounding."""
    spreads = [0.25, 5, 5, 0.08, 0.12, 12]
    assert vertebra_log_prior(BODY, False) == pytest.approx(
        -np.log(spreads).sum(), abs=1e-4
    )


def test_one_feature_has_the_tail_of_students_t():
    """A disc whose height is two spreads too much; everything else in the middle."""
    lower = np.array([[0.0, 100], [100, 100]])
    likely = disc_log_prior(lower, lower - [0, 20], False)
    high = disc_log_prior(lower, lower - [0, 36], False)
    assert likely - high == pytest.approx(2 * np.log1p(4 / 3))


@pytest.mark.parametrize('corner', range(4))
@pytest.mark.parametrize('step', [-60, 60])
def test_a_corner_on_the_neighbours_plate_is_told(corner, step):
    moved = BODY.copy()
    moved[corner, 1] += step
    likely, less = vertebra_log_prior(np.stack([BODY, moved]), False)
    assert likely - less > 10


def test_a_sacrum_is_no_body():
    for one, other in ((True, False), (False, True)):
        shape = SACRUM if one else BODY
        assert vertebra_log_prior(shape, one) > vertebra_log_prior(shape, other) + 2


def test_a_disc_upside_down_is_hardly_one():
    lower = np.array([[0.0, 100], [100, 100]])
    right, wrong = (disc_log_prior(lower, lower + [0, y], True) for y in (-20, 20))
    assert right - wrong > 4


@given(seeds, st.floats(0.1, 10), st.floats(-500, 500))
def test_place_and_size_tell_nothing(seed, scale, shift):
    given = quads(seed)
    for sacrum in (True, False, None):
        told = vertebra_log_prior(given, sacrum)
        assert told.shape == (5,)
        moved = vertebra_log_prior(given * scale + shift, sacrum)
        np.testing.assert_allclose(moved, told, atol=1e-5)


@given(seeds)
def test_facing_tells_nothing(seed):
    given = quads(seed)
    mirrored = mirror(given, 200)
    for sacrum in (True, False, None):
        np.testing.assert_allclose(
            vertebra_log_prior(mirrored, sacrum), vertebra_log_prior(given, sacrum)
        )
    for lowest in (True, False):
        np.testing.assert_allclose(
            disc_log_prior(mirrored[:4, :2], mirrored[1:, 2:], lowest),
            disc_log_prior(given[:4, :2], given[1:, 2:], lowest),
        )


@given(seeds)
def test_an_unknown_kind_is_between_both(seed):
    given = quads(seed)
    told = [vertebra_log_prior(given, kind) for kind in (True, False)]
    either = vertebra_log_prior(given, None)
    assert (either <= np.maximum(*told) + 1e-9).all()
    assert (either >= np.minimum(*told) - 1e-9).all()


def test_points_that_coincide_have_a_number():
    assert np.isfinite(vertebra_log_prior(np.zeros((4, 2)), None))
    assert np.isfinite(disc_log_prior(np.zeros((2, 2)), np.zeros((2, 2)), False))
