import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spondylo_mmpose.evaluation.matching import (
    SIDES_SWAPPED,
    hull_ious,
    match_by_ious,
)
from spondylo_mmpose.spine.anatomy import vertebra_boxes
from tests.test_evaluation.film_helpers import column

NAN = np.nan


def match_vertebrae(true, predicted, *threshold):
    return match_by_ious(hull_ious(true, predicted), *threshold)


def superior_plate_only(quad):
    half = quad.copy()
    half[..., 2:, :] = NAN
    return half


def test_overlap_by_hand():
    # 40 x 20 moved by (10, 0): 30 * 20 shared of 2 * 800 - 600; by (0, 30): none.
    true, moved = column(0), column(0) + [10, 0]
    assert hull_ious(true, np.concatenate([moved, column(1)])) == pytest.approx(
        np.array([[600 / 1000, 0]])
    )


def test_the_threshold_itself_suffices():
    # Half as high within: 400 shared of 800.
    half = column(0)
    half[:, 2:, 1] -= 10
    assert len(match_vertebrae(column(0), half, 0.5)) == 1
    assert len(match_vertebrae(column(0), half, 0.51)) == 0


def test_names_of_sides_do_not_matter():
    swapped = column(0, 1)[:, SIDES_SWAPPED]
    assert hull_ious(column(0, 1), swapped) == pytest.approx(np.eye(2))


@pytest.mark.parametrize('sides', [[0, 1, 2, 3], SIDES_SWAPPED])
def test_half_a_vertebra_is_compared_by_its_labelled_corners(sides):
    true = superior_plate_only(column(0))
    # A body of its true depth, here 60 px, would overlap the guess of 24 px by 0.4.
    deep = column(0)
    deep[:, 2:, 1] += 40
    assert hull_ious(true, deep[:, sides]) == pytest.approx(np.ones((1, 1)))
    # A prediction of the same two corners alone will do.
    only = superior_plate_only(column(0)[:, sides])
    assert len(match_vertebrae(true, only)) == 1
    # The box that stands in for it is a real one: 40 px by 0.6 * 40 px.
    assert vertebra_boxes(true).tolist() == [[100, 400, 140, 424]]
    # 12 px lower: 12 * 40 shared of 36 * 40.
    assert hull_ious(true, deep + [0, 12]) == pytest.approx(np.array([[1 / 3]]))


@pytest.mark.parametrize('corner', [[NAN, 400], [np.inf, 400], [140, -np.inf]])
def test_a_prediction_that_is_not_finite_never_matches(corner):
    predicted = column(0)
    predicted[0, 1] = corner
    assert hull_ious(column(0), predicted).tolist() == [[0]]
    half = superior_plate_only(column(0))
    assert hull_ious(half, predicted).tolist() == [[0]]


def test_a_prediction_without_area_never_matches():
    line, point = column(0), column(0)
    line[:, 2:] = line[:, :2]
    point[:] = point[0, 0]
    flat = np.concatenate([line, point])
    assert hull_ious(column(0), flat).tolist() == [[0, 0]]
    assert hull_ious(superior_plate_only(column(0)), point).tolist() == [[0]]
    assert len(match_vertebrae(column(0), flat, 1e-9)) == 0


def test_nothing_on_either_side():
    nothing = np.zeros((0, 4, 2))
    for true, predicted in ((nothing, column(0)), (column(0), nothing)):
        assert hull_ious(true, predicted).shape == (len(true), len(predicted))
        assert len(match_vertebrae(true, predicted)) == 0


def test_as_many_as_possible_come_before_the_best_overlap():
    # The best pair alone would leave the other true vertebra without one.
    matches = match_by_ious([[0.9, 0.3], [0.4, 0.0]], 0.3)
    assert matches.true.tolist() == [0, 1]
    assert matches.predicted.tolist() == [1, 0]
    assert matches.ious.tolist() == [0.3, 0.4]


def test_the_better_of_two_is_matched():
    near, exact = column(0) + [5, 0], column(0)
    matches = match_vertebrae(column(0), np.concatenate([near, exact]))
    assert matches.predicted.tolist() == [1]
    assert matches.ious.tolist() == [1]


@pytest.mark.parametrize('threshold', [0, -0.5, 1.1, NAN])
def test_a_threshold_that_makes_no_sense_is_refused(threshold):
    with pytest.raises(ValueError, match='must be in'):
        match_vertebrae(column(0), column(0), threshold)


@given(
    arrays(float, (4, 4, 2), elements=st.floats(-30, 30)),
    st.permutations(range(4)),
    st.permutations(range(6)),
)
def test_order_does_not_matter(noise, true_order, predicted_order):
    true = column(0, 1, 2, 3)
    predicted = np.concatenate([true + noise, column(1, 9)])
    one = match_vertebrae(true, predicted)
    other = match_vertebrae(true[true_order], predicted[predicted_order])
    assert len(one) == len(other)
    assert one.ious.sum() == pytest.approx(other.ious.sum())
    assert (one.ious >= 0.5).all()
    for matches in (one, other):
        assert len(set(matches.true)) == len(set(matches.predicted)) == len(matches)


@given(
    arrays(float, (3, 4, 2), elements=st.floats(allow_nan=True, allow_infinity=True)),
    arrays(bool, (4, 4), elements=st.booleans()),
)
def test_any_numbers_at_all_give_an_overlap(predicted, hidden):
    true = np.where(hidden[..., None], NAN, column(0, 1, 2, 3))
    ious = hull_ious(true, predicted)
    assert ((ious >= 0) & (ious <= 1)).all()
