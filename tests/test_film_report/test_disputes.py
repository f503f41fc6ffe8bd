import numpy as np

from spondylo_mmpose.film_report import reasons
from spondylo_mmpose.film_report.disputes import disputed_corners
from tests.test_film_report.helpers import BODY, HALF_MM, about, codes, report_of, spine


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


def test_what_needs_a_disputed_corner_is_not_measured():
    disputed = np.zeros((6, 4), dtype=bool)
    disputed[1, 1] = True  # superior right of L5: L4 stands on it
    disputed[5, 2] = True  # inferior left of L1, which stands on L2
    report = report_of(facts=HALF_MM, disputed=disputed)
    assert [one.slip_percent for one in report.pairs] == [20.0, None, 0.0, 0.0, None]
    assert set(report.pairs[1].reasons.values()) == {reasons.DISPUTED}
    assert about(report, 'disputed') == (1, 5)
    assert report.vertebrae[1].disputed == (False, True, False, False)
    assert report.lordosis.degrees == 0
    disputed[5, 0] = True  # of L1's superior end plate
    report = report_of(facts=HALF_MM, disputed=disputed)
    assert report.lordosis.reasons == {'degrees': reasons.DISPUTED}


def test_disputes_stay_with_their_vertebrae():
    disputed = np.zeros((6, 4), dtype=bool)
    disputed[4, 0] = True
    shuffled = [3, 0, 5, 1, 4, 2]
    report = report_of(spine()[shuffled], disputed=disputed[shuffled])
    assert about(report, 'disputed') == (4,)


def test_one_model_disputes_nothing():
    report = report_of()
    assert 'disputed' not in codes(report)
    assert {one.disputed for one in report.vertebrae} == {None}
    assert report.vertebrae[0].reasons['disputed'] == reasons.ONE_MODEL
