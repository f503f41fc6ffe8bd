import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from spondylo_mmpose.evaluation.detection import compare_film, compare_films
from spondylo_mmpose.evaluation.detection_summary import (
    average_precision,
    summarise_detections,
)
from spondylo_mmpose.spine.anatomy import SIDES_SWAPPED, mirror
from tests.test_evaluation.film_helpers import column, film_of, prediction_of

NAMES = ['S1', 'L5', 'L4', 'L3', 'L2', 'L1']


def outcome_of(true, predicted, scores=None, levels=None, **fields):
    film = film_of('a.png', true, **fields)
    return compare_film(film, prediction_of('a.png', predicted, scores, levels=levels))


def summary_of(*outcomes):
    return summarise_detections(outcomes)


@pytest.mark.parametrize(
    ('true', 'predicted', 'shifts', 'is_shifted'),
    [
        # The lowest missed; one invented below.
        ([0, 1, 2], [1, 2], [-1, -1], True),
        ([0, 1, 2], [-1, 0, 1, 2], [1, 1, 1], True),
        # Exactly half is not more than half.
        ([0, 1, 2, 3, 4], [0, 1, 3, 4], [0, 0, -1, -1], False),
        ([0, 1, 2, 3, 4], [0, 2, 3, 4], [0, -1, -1, -1], True),
        ([0, 1, 2], [2], [-2], True),
        ([0, 1, 2], [9], [], None),
        ([0, 1, 2], [], [], None),
    ],
)
def test_level_shift(true, predicted, shifts, is_shifted):
    outcome = outcome_of(column(*true), column(*predicted))
    assert outcome.shifts.tolist() == shifts
    assert outcome.is_shifted is is_shifted


def test_a_vertebra_that_is_not_labelled_leaves_its_place_free():
    # S1 is in the film, not in the truth: who finds it counts right.
    outcome = outcome_of(column(1, 2), column(0, 1, 2), orders=[1, 2])
    assert outcome.shifts.tolist() == [0, 0]
    assert outcome_of(column(1, 2), column(1, 2), orders=[1, 2]).is_shifted


def test_names_of_levels_come_before_counting():
    # The lowest is missed, but the model knows what it sees.
    right = outcome_of(column(0, 1, 2), column(1, 2), levels=['L5', 'L4'])
    assert right.shifts.tolist() == [0, 0]
    # Beside a model that names nothing it is counted as that one is.
    assert right.counted_shifts.tolist() == [-1, -1]
    assert (right.is_shifted, right.is_shifted_counted) == (False, True)
    metrics = summary_of(right)
    assert metrics['level_shift_rate'] == 0
    assert metrics['level_shift_rate_counted'] == 100
    wrong = outcome_of(column(0, 1, 2), column(0, 1, 2), levels=NAMES[1:4])
    assert wrong.shifts.tolist() == [1, 1, 1]
    assert (wrong.is_shifted, wrong.is_shifted_counted) == (True, False)
    # One without a name: counted.
    assert outcome_of(column(0, 1), column(1), levels=[None]).shifts.tolist() == [-1]


def test_order_of_predictions_does_not_matter():
    outcome = outcome_of(column(0, 1, 2), column(2, 0, 1))
    assert outcome.shifts.tolist() == [0, 0, 0]
    assert np.nanmax(outcome.errors) == 0


def test_films_without_predictions_are_missed():
    seen = compare_film(
        film_of('a.png', column(0, 1, 2)), prediction_of('a.png', column(0, 1, 2))
    )
    unseen = compare_film(film_of('b.png', column(0)), None)
    metrics = summary_of(seen, unseen)
    assert metrics['recall'] == 75
    assert metrics['precision'] == 100
    assert metrics['AP'] == 75
    assert metrics['SDR@2px'] == 75
    assert metrics['MRE_px'] == 0
    assert metrics['count_accuracy'] == 50
    # Nothing can be said of the levels of a film without a match.
    assert metrics['level_shift_rate'] == 0
    assert [metrics[k] for k in ('films', 'films_predicted', 'films_matched')] == [
        2, 1, 1
    ]  # fmt: skip


def test_nothing_found_anywhere():
    metrics = summary_of(compare_film(film_of('a.png', column(0, 1)), None))
    assert metrics['recall'] == metrics['F1'] == metrics['AP'] == 0
    assert metrics['SDR@24px'] == 0
    for name in ('precision', 'MRE_px', 'median_px', 'level_shift_rate'):
        assert np.isnan(metrics[name])


def test_nothing_to_measure():
    metrics = summarise_detections([])
    assert metrics['films'] == metrics['vertebrae'] == 0
    for name in ('precision', 'recall', 'F1', 'AP', 'MRE_px', 'SDR@2px', 'MRE_mm'):
        assert np.isnan(metrics[name])
    assert np.isnan(metrics['false_positives_per_film'])


def test_films_without_labels_count_nowhere():
    bare = film_of('a.png', np.zeros((0, 4, 2)))
    assert compare_films([(bare, prediction_of('a.png', column(0)))]) == []


def test_corners_that_are_not_finite_are_false_positives():
    broken = column(0, 1)
    broken[1, 2] = np.nan
    metrics = summary_of(outcome_of(column(0, 1), broken))
    assert metrics['incomplete'] == 1
    assert metrics['recall'] == metrics['precision'] == 50
    assert metrics['MRE_px'] == 0
    assert metrics['SDR@24px'] == 50


def test_corners_that_are_not_labelled_do_not_count():
    true = column(0, 1)
    true[0, 2:] = np.nan
    metrics = summary_of(outcome_of(true, column(0, 1) + [0, 2]))
    assert metrics['matched'] == 2
    assert metrics['MRE_px'] == 2
    missed = summary_of(outcome_of(true, column(1)))
    assert missed['SDR@2px'] == pytest.approx(100 * 4 / 6)


def test_mm_where_the_spacing_is_known():
    known = outcome_of(
        column(0, 1), column(0) + [0, 4], source='a', pixel_spacing_mm=(9.0, 0.5)
    )
    unknown = outcome_of(column(0), column(0) + [0, 1], source='b')
    metrics = summary_of(known, unknown)
    assert metrics['MRE_mm'] == 2
    assert metrics['SDR@2mm'] == 50
    assert metrics['MRE_px'] == 2.5


def test_swapped_sides_of_half_a_vertebra():
    true = column(0)
    true[0, 2:] = np.nan
    outcome = outcome_of(true, column(0)[:, SIDES_SWAPPED])
    assert outcome.swapped_sides == 1
    assert np.isnan(outcome.errors[0, 2:]).all()
    assert outcome.errors[0, :2].tolist() == [40, 40]


def test_a_spine_on_the_other_side_of_the_film_is_not_found():
    outcome = outcome_of(column(0, 1), mirror(column(0, 1), 512))
    assert len(outcome.matches) == 0
    assert outcome.false_positives == 2


def test_scores_below_the_threshold_only_count_for_the_average_precision():
    outcome = outcome_of(column(0, 1), column(0, 1), scores=[0.9, 0.2])
    metrics = summary_of(outcome)
    assert metrics['recall'] == 50
    assert metrics['below_score_threshold'] == 1
    assert metrics['AP'] == 100


@pytest.mark.parametrize(
    ('true', 'predicted', 'missed', 'invented', 'f1'),
    [
        # Film of 512 px: a border of 5.12 px; place 13 begins at 10, place 13.2 at 4.
        ([0, 1, 13], [0, 1], 1, 0, 80.0),
        ([0, 1, 13.2], [0, 1], 0, 0, 100.0),
        ([0, 1], [0, 1, 13], 0, 1, 80.0),
        ([0, 1], [0, 1, 13.2], 0, 0, 100.0),
        # What was matched there counts, and so does what was missed elsewhere.
        ([0, 1, 13.2], [0, 13.2], 1, 0, 80.0),
        ([13.2], [], 0, 0, np.nan),
    ],
)
def test_vertebrae_at_the_border(true, predicted, missed, invented, f1):
    outcome = outcome_of(column(*true), column(*predicted))
    assert outcome.missed_off_border == missed
    assert outcome.invented_off_border == invented
    metrics = summary_of(outcome)
    assert metrics['F1_off_border'] == pytest.approx(f1, nan_ok=True)
    assert metrics['count_accuracy_off_border'] == 100.0 * (missed == invented)


@pytest.mark.parametrize('inside', [(366, 0), (-94, 0), (0, 86)])
def test_every_side_of_the_film_is_border(inside):
    further = np.array(inside) + np.sign(inside)
    for move, missed in ((inside, 1), (further, 0)):
        outcome = outcome_of(column(0) + np.array(move), column())
        assert outcome.missed_off_border == missed


def test_average_precision_by_hand():
    # Falling scores: right, wrong, right, and one of three never found.
    # 1/3 * 1 + 1/3 * 2/3 = 5/9.
    outcome = outcome_of(column(0, 1, 2), column(0, 9, 1), scores=[0.9, 0.8, 0.7])
    assert average_precision([outcome]) == pytest.approx(100 * 5 / 9)


def test_of_two_for_one_the_higher_score_is_right():
    # The surer one overlaps less: right at once, the other wrong.
    twice = np.concatenate([column(0), column(0) + [5, 0]])
    outcome = outcome_of(column(0), twice, scores=[0.5, 0.9])
    assert outcome.hits.tolist() == [False, True]
    assert outcome.duplicates == 1
    assert average_precision([outcome]) == 100


def test_no_average_precision_without_scores():
    outcome = outcome_of(column(0), column(0), scores=[np.nan])
    assert len(outcome.matches) == 1
    assert np.isnan(average_precision([outcome]))


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=12))
def test_average_precision_of_full_recall_is_that_of_scikit_learn(told):
    scores, hits = np.array([s for s, _ in told]), np.array([h for _, h in told])
    if not hits.any():
        return
    true = column(*np.flatnonzero(hits))
    places = np.where(hits, np.arange(len(hits)), 100 + np.arange(len(hits)))
    outcome = outcome_of(true, column(*places), scores)
    expected = 100 * average_precision_score(hits, scores)
    assert average_precision([outcome]) == pytest.approx(expected)
