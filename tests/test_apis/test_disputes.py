import numpy as np

from spondylo_mmpose.apis.disputes import disputed_corners
from tests.test_apis.helpers import BODY, spine


def test_a_quarter_of_the_median_end_plate():
    corners = spine()  # whose end plates are 100 px long, but for one
    others = corners.copy()
    others[0, 0] += [15, 20]  # 25 px: just not
    others[2, 1] -= [15, 20.1]
    others[3, 3] += [0, 26]
    disputed = disputed_corners(corners, others)
    assert np.argwhere(disputed).tolist() == [[2, 1], [3, 3]]


def test_a_corner_that_was_not_found_is_not_disputed():
    corners = BODY[None].copy()
    others = np.full((1, 4, 2), np.nan)
    assert not disputed_corners(corners, others).any()
    assert not disputed_corners(others, corners).any()
    assert disputed_corners(np.zeros((0, 4, 2)), np.zeros((0, 4, 2))).shape == (0, 4)
