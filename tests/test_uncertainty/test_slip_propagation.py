"""Errors of corners and of slips, by hand and by chance."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spondylo_mmpose.spine.anatomy import mirror
from spondylo_mmpose.spine.measurements import slip_percent
from spondylo_mmpose.uncertainty.slip_propagation import (
    paired_slips,
    sampled_slips,
    slip_stds,
)

# End plate of 40 px; the upper vertebra's posterior corner 10 px above and 4 px in
# front of its posterior end: slip 10 %, height 25 %.
LOWER = np.array([[100, 400], [140, 400], [100, 420], [140, 420]], float)
UPPER = np.array([[104, 370], [144, 370], [104, 390], [144, 390]], float)
ONES = np.ones(4)
OTHER = np.array([1.5, 0.5, 0.8, 1.1])


def turned(corners, angle, factor=1.0, shift=(0.0, 0.0)):
    c, s = math.cos(angle), math.sin(angle)
    return factor * corners @ np.array([[c, s], [-s, c]]) + shift


def test_slips_of_pairs_are_those_of_spines():
    spine = np.stack([LOWER, UPPER, UPPER - [3, 33]])
    assert paired_slips(spine[:-1], spine[1:], 'right') == pytest.approx([10, -7.5])
    assert paired_slips(spine[:-1], spine[1:], 'left', (1, 2)) == pytest.approx(
        slip_percent(spine, 'left', (1, 2))
    )


def test_std_is_what_the_formula_says():
    # (100/40)**2 * (1 + (0.1**2 + 0.25**2) + (0.9**2 + 0.25**2)) = 12.15625
    (std,) = slip_stds(LOWER, UPPER, ONES, ONES, 'right')
    assert std == pytest.approx(math.sqrt(12.15625))
    # Facing left the same film shows a slip of -10 %: (1.1**2 instead of 0.9**2).
    (std,) = slip_stds(LOWER, UPPER, ONES, ONES, 'left')
    assert std == pytest.approx(2.5 * math.sqrt(1 + 0.0725 + 1.2725))


@pytest.mark.parametrize(
    ('vertebra', 'corner', 'share'),
    [(0, 0, 0.8725), (0, 1, 0.0725), (1, 2, 1.0), (0, 2, 0), (0, 3, 0), (1, 0, 0)],
)
def test_each_corner_has_its_share(vertebra, corner, share):
    stds = np.zeros((2, 4))
    stds[vertebra, corner] = 2
    (std,) = slip_stds(LOWER, UPPER, *stds, 'right')
    assert std == pytest.approx(2 * 2.5 * math.sqrt(share))


def test_errors_that_corners_share_leave_the_slip_alone():
    alone = slip_stds(LOWER, UPPER, ONES, ONES, 'right')
    together = slip_stds(LOWER, UPPER, ONES, ONES, 'right', correlation=0.75)
    assert together == pytest.approx(alone / 2)


def test_spacing_scales_each_axis():
    # Twice as high pixels: h is 0.5, and errors in y are twice as large; the end plate
    # is level, so that these act on h times the plate's turn alone.
    (std,) = slip_stds(LOWER, UPPER, ONES, ONES, 'right', spacing=(1, 2))
    assert std == pytest.approx(2.5 * math.sqrt(1 + 0.01 + 0.81 + 2 * (2 * 0.5) ** 2))
    (same,) = slip_stds(LOWER, UPPER, ONES, ONES, 'right', spacing=(3, 3))
    assert same == pytest.approx(math.sqrt(12.15625))


angles = st.floats(-math.pi, math.pi)
factors = st.floats(0.2, 5)
shifts = st.tuples(st.floats(-500, 500), st.floats(-500, 500))
offsets = st.floats(-15, 15)


@settings(max_examples=50, deadline=None)
@given(angles, factors, shifts, offsets, offsets, st.sampled_from(['left', 'right']))
def test_turned_and_enlarged_pairs_have_the_same_errors(
    angle, factor, shift, x, y, facing
):
    upper = UPPER + [x, y]
    moved = [turned(quad, angle, factor, shift) for quad in (LOWER, upper)]
    before = (LOWER, upper, ONES, OTHER, facing)
    after = (*moved, factor * ONES, factor * OTHER, facing)
    assert slip_stds(*after) == pytest.approx(slip_stds(*before))
    assert sampled_slips(*after, samples=8) == pytest.approx(
        sampled_slips(*before, samples=8), abs=1e-6
    )


@settings(max_examples=50, deadline=None)
@given(angles, offsets, st.floats(0, 0.9))
def test_mirrored_pairs_have_the_same_errors(angle, x, correlation):
    lower, upper = turned(LOWER, angle), turned(UPPER + [x, 0], angle)
    swapped = OTHER[[1, 0, 3, 2]]
    before = (lower, upper, ONES, OTHER, 'right', None, correlation)
    after = (mirror(lower, 640)[0], mirror(upper, 640)[0], ONES, swapped, 'left')
    after = (*after, None, correlation)
    assert slip_stds(*after) == pytest.approx(slip_stds(*before))
    assert sampled_slips(*after, samples=8) == pytest.approx(
        sampled_slips(*before, samples=8), abs=1e-6
    )


@pytest.mark.parametrize('correlation', [0, 0.6])
@pytest.mark.parametrize('spacing', [None, (1, 1.7)])
def test_chance_agrees_with_the_formula_where_errors_are_small(correlation, spacing):
    lower, upper = turned(LOWER, 0.5), turned(UPPER, 0.4)
    errors = (lower, upper, 0.05 * ONES, 0.05 * OTHER, 'right', spacing, correlation)
    drawn = sampled_slips(*errors, samples=20_000)[0]
    # Standard error of a standard deviation: 1 / sqrt(2 * 20,000) = 0.5 %.
    assert drawn.std() == pytest.approx(slip_stds(*errors)[0], rel=0.015)
    slip = paired_slips(lower, upper, 'right', spacing)[0]
    assert drawn.mean() == pytest.approx(slip, abs=0.01)


def test_draws_are_those_of_the_seed_for_any_number_of_pairs():
    many = np.tile(LOWER, (70, 1, 1)), np.tile(UPPER, (70, 1, 1))
    drawn = sampled_slips(*many, np.ones((70, 4)), np.ones((70, 4)), 'right', samples=4)
    (one,) = sampled_slips(LOWER, UPPER, ONES, ONES, 'right', samples=4)
    assert (drawn == one).all()
    (other,) = sampled_slips(LOWER, UPPER, ONES, ONES, 'right', samples=4, seed=1)
    assert (other != one).all()


def test_what_is_not_known_stays_so():
    lost = LOWER.copy()
    lost[0] = np.nan
    lower, stds = np.stack([lost, LOWER, LOWER]), np.ones((3, 4))
    stds[1, 1] = np.nan
    upper = np.stack([UPPER] * 3)
    told = slip_stds(lower, upper, stds, np.ones((3, 4)), 'right')
    assert np.isnan(told).tolist() == [True, True, False]
    drawn = sampled_slips(lower, upper, stds, np.ones((3, 4)), 'right', samples=2)
    assert np.isnan(drawn).all(1).tolist() == [True, True, False]


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        (dict(lower_stds=-ONES), 'negative'),
        (dict(lower_stds=np.ones((2, 4))), 'differ in number'),
        (dict(upper_stds=np.ones(3)), 'shape'),
        (dict(correlation=1.0), 'correlation'),
        (dict(facing='up'), 'facing'),
    ],
)
def test_wrong_input_is_refused(changes, message):
    right = dict(lower_stds=ONES, upper_stds=ONES, facing='right')
    with pytest.raises(ValueError, match=message):
        slip_stds(LOWER, UPPER, **right | changes)
    with pytest.raises(ValueError, match='even'):
        sampled_slips(LOWER, UPPER, **right, samples=3)
