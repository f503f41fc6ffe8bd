"""Corners that fill their boxes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spondylo_mmpose.spine.anatomy import hull_boxes
from spondylo_mmpose.spine.box_fit import fit_to_boxes

QUAD = np.array([[10, 22], [50, 20], [13, 58], [48, 60]], float)
BOX = np.array([[10, 20, 50, 60]], float)


def test_the_corners_nearest_to_the_sides_go_there():
    told = QUAD + [[2, 1], [-3, 2], [1, -1], [0, 4]]
    # x: 12, 47, 14, 48 between 10 and 50; y: 23, 22, 57, 64 between 20 and 60.
    # The right side is nearer to the inferior corner (48) than to the superior (47).
    expected = [[10, 23], [47, 20], [14, 57], [50, 60]]
    assert fit_to_boxes(told, BOX)[0].tolist() == expected


def test_what_fits_stays():
    assert (fit_to_boxes(QUAD, BOX)[0] == QUAD).all()


def test_a_corner_beyond_a_side_comes_back_to_it():
    told = np.array([[10, 20], [60, 20], [10, 60], [55, 60]], float)
    assert fit_to_boxes(told, BOX)[0].tolist() == [
        [10, 20],
        [50, 20],
        [10, 60],
        [50, 60],
    ]


def test_one_corner_cannot_touch_two_opposite_sides():
    told = np.full((1, 4, 2), 30.0)
    told[0, 1] += 1
    fitted = fit_to_boxes(told, BOX)
    assert (hull_boxes(fitted) == BOX).all()


def test_each_vertebra_has_its_own_box():
    boxes = np.array([[10, 20, 50, 60], [110, 20, 150, 60]], float)
    fitted = fit_to_boxes(np.stack([QUAD, QUAD + [101, 1]]), boxes)
    assert (hull_boxes(fitted) == boxes).all()
    assert (fitted[0] == QUAD).all()


def test_without_a_corner_nothing_is_told():
    told = np.stack([QUAD, QUAD])
    told[0, 2, 1] = np.nan
    fitted = fit_to_boxes(told, np.repeat(BOX, 2, axis=0))
    assert np.isnan(fitted[0]).all()
    assert (fitted[1] == QUAD).all()
    assert fit_to_boxes(np.zeros((0, 4, 2)), np.zeros((0, 4))).shape == (0, 4, 2)


@given(
    arrays(float, (4, 2), elements=st.floats(-50, 150)),
    arrays(float, (4, 2), elements=st.floats(0, 100)),
)
def test_no_quad_of_that_hull_is_nearer(told, other):
    box = hull_boxes(other[None])
    fitted = fit_to_boxes(told, box)
    assert np.allclose(hull_boxes(fitted), box)
    moved = ((fitted[0] - told) ** 2).sum()
    assert moved <= ((other - told) ** 2).sum() + 1e-9
    assert np.allclose(fit_to_boxes(fitted, box), fitted)
