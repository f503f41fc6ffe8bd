import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spondylo_mmpose.spine import anatomy
from spondylo_mmpose.spine import measurements as ms

# Facing left (posterior is image right). The lower vertebra's superior end plate runs
# from posterior (100, 100) to anterior (0, 100): 100 px long.
LOWER = [[0, 100], [100, 100], [0, 160], [100, 160]]


def upper(slip_px):
    """A block whose posterior-inferior corner lies slip_px anterior of PS_lower."""
    return [
        [0 - slip_px, 30],
        [100 - slip_px, 30],
        [0 - slip_px, 90],
        [100 - slip_px, 90],
    ]


def pair(slip_px):
    return np.array([LOWER, upper(slip_px)], float)


def rotate(spine, degrees, about=(50.0, 100.0)):
    """Turn counter-clockwise on the screen: the left (front) end goes down."""
    turn = np.radians(degrees)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return (np.asarray(spine, float) - about) @ matrix + about


@pytest.mark.parametrize('slip_px', [0, 4.9, 25, 60, 100, 130, -12])
def test_slip_of_aligned_blocks(slip_px):
    assert ms.slip_percent(pair(slip_px), 'left') == pytest.approx([slip_px])


def test_retrolisthesis_is_negative_in_both_facings():
    spine = pair(-12)
    assert ms.slip_percent(spine, 'left') == pytest.approx([-12])
    mirrored = anatomy.mirror(spine, 640)
    assert ms.slip_percent(mirrored, 'right') == pytest.approx([-12])


def test_wrong_facing_gives_another_answer():
    # From the other side the plate starts at (0, 100) and PI is (-20, 90).
    assert ms.slip_percent(pair(20), 'right') == pytest.approx([-20])


@given(st.floats(-180, 180), st.floats(-120, 120))
def test_slip_does_not_depend_on_rotation(degrees, slip_px):
    turned = rotate(pair(slip_px), degrees)
    assert ms.slip_percent(turned, 'left') == pytest.approx([slip_px], abs=1e-6)


def test_slip_on_a_sacrum_tilted_by_55_degrees():
    # Only S1 turns; L5 stays level. PI = (80, 90), PS and AS by rotating (100, 100)
    # and (0, 100) by 55 degrees about (50, 100) so that the front goes down:
    # PS = (50 + 50 cos 55, 100 - 50 sin 55), u = (-cos 55, sin 55).
    cos, sin = np.cos(np.radians(55)), np.sin(np.radians(55))
    spine = np.array([rotate([LOWER], 55)[0], upper(20)])
    ps = np.array([50 + 50 * cos, 100 - 50 * sin])
    assert spine[0, 1] == pytest.approx(ps)
    expected = (np.array([80, 90]) - ps) @ [-cos, sin]  # 100 * px / 100 px
    assert ms.slip_percent(spine, 'left') == pytest.approx([expected])
    # (1.3212, 30.9576) . (-0.5736, 0.8192)
    assert expected == pytest.approx(24.6012, abs=1e-4)


def test_slip_of_a_bow_tie_is_a_number_of_its_corners():
    # The formula uses only three corners; a crossed lower edge does not matter.
    spine = pair(30)
    spine[0, [2, 3]] = spine[0, [3, 2]]
    assert anatomy.is_bow_tie(spine).tolist() == [True, False]
    assert ms.slip_percent(spine, 'left') == pytest.approx([30])


def test_slip_with_missing_or_degenerate_corners_is_nan():
    spine = pair(30)
    spine[1, 3] = np.nan
    assert np.isnan(ms.slip_percent(spine, 'left')).all()
    spine = pair(30)
    spine[0, 0] = spine[0, 1]
    assert np.isnan(ms.slip_percent(spine, 'left')).all()
    assert ms.slip_percent(pair(30)[:1], 'left').shape == (0,)
    assert ms.slip_percent(np.zeros((0, 4, 2)), 'left').shape == (0,)


def test_upper_end_plate_is_enough_for_the_sacrum():
    spine = pair(30)
    spine[0, 2:] = np.nan
    assert ms.slip_percent(spine, 'left') == pytest.approx([30])


def test_slip_ratio_along_a_level_plate_survives_a_stretch():
    spine = pair(30) * [0.32, 0.64]
    assert ms.slip_percent(spine, 'left') == pytest.approx([30])


def test_slip_distance_in_mm():
    spine = pair(30)
    assert ms.slip_distance(spine, 'left') == pytest.approx([30])
    assert ms.slip_distance(spine, 'left', (0.5, 0.7)) == pytest.approx([15])


@pytest.mark.parametrize(
    ('slip', 'grade'),
    [
        (0, 0), (4.99, 0), (-4.99, 0), (5, 1), (-5, 1), (25, 1), (25.0001, 2),
        (-50, 2), (50.1, 3), (75, 3), (75.1, 4), (100, 4), (100.1, 5), (-130, 5),
    ],
)  # fmt: skip
def test_meyerding_borders(slip, grade):
    assert ms.meyerding_grade(slip) == grade


def test_a_computed_slip_of_exactly_a_border_is_not_tipped_over():
    for degrees in range(0, 360, 7):
        turned = rotate(pair(100), degrees)
        assert ms.meyerding_grade(ms.slip_percent(turned, 'left')) == [4]


def test_grade_threshold_and_nan():
    assert ms.meyerding_grade([3, 3], no_slip_threshold=2).tolist() == [1, 1]
    assert np.isnan(ms.meyerding_grade(np.nan))
    assert ms.GRADES[5] == 'V'


def test_end_plate_angles_and_lordosis():
    level = np.array([LOWER], float)
    for facing in ('left', 'right'):
        assert ms.end_plate_angles(level, facing) == pytest.approx(np.zeros((1, 2)))
    # Front (left) down by 40 degrees.
    tilted = rotate(level, 40)
    assert ms.end_plate_angles(tilted, 'left') == pytest.approx(np.full((1, 2), 40))
    mirrored = anatomy.mirror(tilted, 300)
    assert ms.end_plate_angles(mirrored, 'right') == pytest.approx(np.full((1, 2), 40))
    middle = [level - [0, 70 * i] for i in range(1, 5)]
    spine = np.concatenate([rotate(level, 40), *middle, rotate(level, -15) - [0, 350]])
    assert ms.sagittal_angle(spine, 'left') == pytest.approx(55)
    assert ms.sagittal_angle(spine, 'left', upper=3) == pytest.approx(40)
    assert np.isnan(ms.sagittal_angle(spine[:5], 'left'))


def test_stretched_angle_needs_the_spacing():
    # A 45 degree plate squeezed to half its width looks like 63.43 degrees.
    tilted = rotate([LOWER], 45) * [0.5, 1.0]
    seen = ms.end_plate_angles(tilted, 'left')[0, 0]
    assert seen == pytest.approx(np.degrees(np.arctan(2)))
    true = ms.end_plate_angles(tilted, 'left', spacing=(2.0, 1.0))[0, 0]
    assert true == pytest.approx(45)


def test_disc_angle_opens_forward():
    spine = np.array([LOWER, upper(0)], float)
    assert ms.disc_angles(spine, 'left') == pytest.approx([0])
    spine[0] = rotate([LOWER], 12)[0]
    assert ms.disc_angles(spine, 'left') == pytest.approx([12])


def test_heights_and_lengths():
    wedge = [[0, 10], [100, 0], [0, 50], [100, 60]]  # front 40, back 60
    assert ms.vertebral_heights(wedge, 'left') == pytest.approx(
        np.array([[40, 50, 60]])
    )
    assert ms.vertebral_heights(wedge, 'right') == pytest.approx(
        np.array([[60, 50, 40]])
    )
    assert ms.vertebral_heights(wedge, 'left', (1.0, 0.5)) == pytest.approx(
        np.array([[20, 25, 30]])
    )
    assert ms.end_plate_lengths(LOWER) == pytest.approx(np.array([[100, 100]]))


@pytest.mark.parametrize('spacing', [(0, 1), (1, -1), (np.nan, 1), 0.5, (1, 1, 1)])
def test_senseless_spacing_is_refused(spacing):
    with pytest.raises(ValueError, match='two positive numbers'):
        ms.to_scale([LOWER], spacing)
