import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from spondylo_mmpose.calibration.distances import Distance, DistanceError, solve

SPACING = st.floats(0.05, 2)


def line(degrees, px, spacing, at=(100, 200)):
    """A distance as it is on a film of that spacing, ``px`` long."""
    step = px * np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    end = np.add(at, step)
    mm = float(np.hypot(*(step * spacing)))
    return Distance(tuple(at), tuple(map(float, end)), mm)


def test_by_hand():
    # 3 px of 0.5 mm across; 1.5 mm and 2 mm make 2.5 mm along the slope.
    across = Distance((10, 5), (13, 5), 1.5)
    slope = Distance((0, 0), (3, 4), 2.5)
    assert solve([across, slope]).mm == pytest.approx((0.5, 0.5))
    # 3-4-5 with 1 mm and 2 mm per px: sqrt(9 + 64).
    assert solve([across, Distance((0, 0), (3, 4), np.sqrt(2.25 + 64))]).mm == (
        pytest.approx((0.5, 2.0))
    )


def test_error_of_the_directions_by_hand():
    flat, upright = line(0, 50, (1, 1)), line(90, 50, (1, 1))
    assert solve([flat, upright]).amplification == pytest.approx((1, 1))
    assert solve([flat, flat, upright]).amplification == pytest.approx((0.5**0.5, 1))
    # Shares in the squared length (1, 0) and (1/2, 1/2): the second error is
    # twice that of the diagonal minus that of the flat one.
    diagonal = line(45, 50, (1, 1))
    assert solve([flat, diagonal]).amplification == pytest.approx((1, np.sqrt(5)))


def test_one_distance_with_a_known_ratio():
    solution = solve([Distance((0, 0), (3, 4), 10)], aspect=1)
    assert solution.mm == pytest.approx((2, 2))
    # x counts twice as much as y: (2 * 3)² + 4² = 52.
    solution = solve([Distance((0, 0), (3, 4), 10)], aspect=2)
    assert solution.mm == pytest.approx((20 / 52**0.5, 10 / 52**0.5))
    assert solution.residuals == pytest.approx([0])


def test_best_fit_of_distances_that_disagree_a_little():
    distances = [Distance((0, 0), (10, 0), mm) for mm in (9.9, 10.1)]
    solution = solve(distances, aspect=1)
    assert solution.mm[0] == pytest.approx(1, rel=1e-3)
    assert np.abs(solution.residuals) == pytest.approx([0.01, 0.01], rel=0.05)


@given(
    SPACING,
    SPACING,
    st.lists(st.tuples(st.floats(0, 360), st.floats(20, 900)), min_size=2, max_size=6),
)
def test_recovers_any_spacing(x, y, drawn):
    distances = [line(degrees, px, (x, y)) for degrees, px in drawn]
    try:
        solution = solve(distances)
    except DistanceError:
        # Refused only where an error would grow: no two lines lie well across.
        angles = np.array(
            [np.arctan2(np.sin(np.radians(d)) * y, np.cos(np.radians(d)) * x)
             for d, _ in drawn]
        )  # fmt: skip
        shares = np.stack([np.cos(angles) ** 2, np.sin(angles) ** 2], axis=1)
        assert np.linalg.svd(shares, compute_uv=False).min() < 0.3
        return
    assert solution.mm == pytest.approx((x, y), rel=1e-6)
    assert np.abs(solution.residuals).max() < 1e-6


@given(SPACING, SPACING, st.floats(0, 360), st.floats(20, 900))
def test_recovers_any_spacing_of_known_ratio(x, y, degrees, px):
    solution = solve([line(degrees, px, (x, y))], aspect=x / y)
    assert solution.mm == pytest.approx((x, y))


@given(st.floats(0, 180), st.floats(-10, 10), SPACING)
def test_nearly_the_same_direction_is_refused(degrees, apart, spacing):
    # Lines mirrored about an axis say the same too; near it 10 degrees are nothing.
    assume(min(abs(degrees - a) for a in (45, 135)) > 0)
    with pytest.raises(DistanceError, match=r'alike|one direction|no spacing'):
        solve([line(d, 300, (spacing,) * 2) for d in (degrees, degrees + apart)])


@pytest.mark.parametrize(
    ('distances', 'message'),
    [
        ([], 'no distance'),
        ([line(30, 50, (1, 1))], 'second distance'),
        ([line(0, 50, (1, 1)), line(180, 90, (1, 1))], 'second distance'),
        ([line(30, 50, (1, 1)), line(150, 90, (1, 1))], 'too alike'),
        ([Distance((0, 0), (9, 0), 0)], 'longer than 0 mm'),
        ([Distance((0, 0), (9, 0), -1)], 'longer than 0 mm'),
        ([Distance((4, 4), (4, 4), 5)], 'longer than 0 mm'),
        ([Distance((0, float('nan')), (9, 0), 5)], 'not finite'),
        # 10 px across and 10 px along the slope cannot be 50 and 5 mm.
        ([Distance((0, 0), (10, 0), 50), Distance((0, 0), (10, 2), 5)], 'no spacing'),
    ],
)
def test_what_gives_no_spacing(distances, message):
    with pytest.raises(DistanceError, match=message):
        solve(distances)
