import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spondylo_mmpose.evaluation import grading
from spondylo_mmpose.evaluation.agreement import Share

NAN = np.nan
# Truth and prediction of eight pairs; the sixth is not measured.
TRUE = [0, 0, 0, 1, 1, 1, 2, 3]
FOUND = [0, 0, 1, 1, 2, NAN, 2, 1]

GRADE = st.sampled_from([0.0, 1.0, 2.0, 3.0, 4.0, 5.0])
PAIRS = st.lists(st.tuples(GRADE, GRADE | st.just(NAN)), max_size=40)


def kappa_by_formula(true, predicted):
    """Mean squared distance over that of all combinations; undefined for 0 / 0."""
    true, predicted = np.asarray(true, float), np.asarray(predicted, float)
    if not len(true):
        return NAN
    chance = np.mean((true[:, None] - predicted[None, :]) ** 2)
    seen = np.mean((true - predicted) ** 2)
    return NAN if chance == 0 else 1 - seen / chance


def test_confusion_by_hand():
    expected = np.zeros((6, 7), int)
    expected[0, 0], expected[0, 1] = 2, 1
    expected[1, 1], expected[1, 2], expected[1, 6] = 1, 1, 1
    expected[2, 2] = expected[3, 1] = 1
    assert grading.confusion(TRUE, FOUND).tolist() == expected.tolist()
    assert grading.confusion([], []).tolist() == np.zeros((6, 7), int).tolist()


@given(PAIRS)
def test_confusion_counts_every_pair_once(pairs):
    true, found = [p[0] for p in pairs], [p[1] for p in pairs]
    matrix = grading.confusion(true, found)
    assert matrix.sum() == len(pairs)
    assert matrix[:, -1].sum() == np.isnan(found).sum()
    assert np.trace(matrix) == grading.accuracy(true, found).hits


def test_accuracy_takes_failures_for_wrong():
    # Right: 0, 0, 1, 2.
    assert grading.accuracy(TRUE, FOUND) == Share(4, 8)


@given(st.lists(st.tuples(GRADE, GRADE), max_size=40))
def test_kappa_by_its_formula(pairs):
    true, found = [p[0] for p in pairs], [p[1] for p in pairs]
    kappa = grading.quadratic_kappa(true, found)
    assert kappa == pytest.approx(kappa_by_formula(true, found), nan_ok=True)


def test_kappa_by_hand():
    # Squared distances 0, 1, 0, 1: mean 1/2. By chance, (0 0 2 2) on (0 1 2 1):
    # a zero on them 0 + 1 + 4 + 1, a two 4 + 1 + 0 + 1: mean 6/4. 1 - 1/3.
    assert grading.quadratic_kappa([0, 0, 2, 2], [0, 1, 2, 1]) == pytest.approx(2 / 3)
    assert grading.quadratic_kappa([0, 1, 5], [0, 1, 5]) == 1


@pytest.mark.filterwarnings('error')
@pytest.mark.parametrize('pairs', [([], []), ([0, 0], [0, 0]), ([2], [2])])
def test_kappa_is_undefined_where_all_is_one_grade(pairs):
    assert np.isnan(grading.quadratic_kappa(*pairs))


@pytest.mark.filterwarnings('error')
def test_a_failure_has_the_farthest_grade():
    # Truth 0 and V, one failed: V stands for the grade of a true 0.
    assert grading.quadratic_kappa([0, 5, 0], [0, 5, NAN]) == pytest.approx(
        kappa_by_formula([0, 5, 0], [0, 5, 5])
    )
    assert grading.quadratic_kappa([3, 0], [NAN, 0]) == 0
    assert np.isfinite(grading.quadratic_kappa([1, 2], [NAN, NAN]))


@given(PAIRS)
def test_failing_is_never_better_than_leaving_out(pairs):
    true, found = np.array(pairs, float).reshape(-1, 2).T
    others = ~np.isnan(found)
    kappa = grading.quadratic_kappa(true, found)
    without = grading.quadratic_kappa(true[others], found[others])
    assert not kappa > without
    assert (
        grading.accuracy(true, found).hits
        == grading.accuracy(true[others], found[others]).hits
    )


def test_findings_by_hand():
    found = grading.finding(TRUE, FOUND, 1)
    # Five pairs have I or more; four are found, one was not measured.
    assert found.sensitivity == Share(4, 5)
    # Three have none; one is graded I.
    assert found.specificity == Share(2, 3)
    # I or more is said of five, of one wrongly; 0 is said of two, rightly.
    assert found.positive_predictive == Share(4, 5)
    assert found.negative_predictive == Share(2, 2)
    assert found.prevalence == Share(5, 8)

    found = grading.finding(TRUE, FOUND, 2)
    assert found.sensitivity == Share(1, 2)
    # Six have less; of them one is graded II and one not measured.
    assert found.specificity == Share(4, 6)
    assert found.positive_predictive == Share(1, 2)
    assert found.negative_predictive == Share(4, 5)


def test_no_finding_without_pairs():
    found = grading.finding([], [], 1)
    assert np.isnan([s.percent for s in vars(found).values()]).all()


def test_distance_to_the_nearest_border():
    slips = [0, 4, -6, 15, 24, -26, 101, 140]
    found = grading.border_distance(slips, 5)
    assert found.tolist() == [5, 1, 1, 10, 1, 1, 1, 40]
    # Nothing is smaller than 0: without a class "no slip" 4 % lies 21 from II.
    assert grading.border_distance([4], 0).tolist() == [21]
    assert grading.border_distance([4], 3).tolist() == [1]
