import numpy as np
import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.film_pairs import (
    check_score_threshold,
    check_threshold_counts,
    labelled_pairs,
    least_score,
    pair_films,
    reaches,
    threshold_note,
)
from spondylo_mmpose.evaluation.metrics import (
    FilmClinicalMetric,
    PublishedSlotMetric,
    SpineDetectionMetric,
)
from tests.test_evaluation.film_helpers import column, film_of, prediction_of

A, B = film_of('a.png', column(0, 1)), film_of('b.png', column(0, 1))
ONE = prediction_of('b.png', column(0))


def test_films_are_joined_by_name_and_sorted():
    assert pair_films([B, A], [ONE]) == [(A, None), (B, ONE)]


def test_films_without_labels_stay_out():
    bare = film_of('bare.png', np.zeros((0, 4, 2)))
    assert labelled_pairs([(A, None), (bare, ONE)]) == [(A, None)]


def test_vertebrae_without_a_hull_stay_out_and_leave_their_places():
    corners = column(0, 1, 2)
    corners[0, 1:] = corners[2, 2:] = np.nan
    [(film, _)] = labelled_pairs([(film_of('a.png', corners), None)])
    assert np.array_equal(film.corners, corners[1:], equal_nan=True)
    assert film.orders == [1, 2]
    assert film.levels == ['L5', 'L4']
    [(film, _)] = labelled_pairs([(film_of('a.png', corners, orders=[2, 4, 5]), None)])
    assert film.orders == [4, 5]


@pytest.mark.parametrize(
    ('films', 'predictions', 'message'),
    [
        (
            [A],
            [ONE, prediction_of('c.png', column(0))],
            r'b\.png: is predicted but not annotated \(2 such',
        ),
        ([A, B], [ONE, ONE], r'b\.png: is predicted twice'),
        ([A, A], [], r'a\.png: is annotated twice'),
        (
            [A],
            [prediction_of('a.png', column(0), annotation_ids=[1])],
            r'a\.png: was predicted with the true boxes given',
        ),
    ],
)
def test_what_does_not_belong_together_is_refused_by_name(films, predictions, message):
    with pytest.raises(SpondyloError, match=message):
        pair_films(films, predictions)


def test_a_score_that_was_not_told_passes():
    assert reaches([0.3, 0.29, np.nan], 0.3).tolist() == [True, False, True]


@pytest.mark.parametrize('threshold', [-0.1, 1.1, np.nan, np.inf])
def test_a_score_threshold_that_no_score_has_is_refused(threshold):
    with pytest.raises(SpondyloError, match='must lie between 0 and 1'):
        check_score_threshold(threshold)


def test_a_score_threshold_with_given_boxes_is_refused():
    check_threshold_counts(None, given_boxes=True)
    check_threshold_counts(0.5, given_boxes=False)
    with pytest.raises(SpondyloError, match='for predictions end to end'):
        check_threshold_counts(0.5, given_boxes=True)


@pytest.mark.parametrize(
    'metric', [FilmClinicalMetric, PublishedSlotMetric, SpineDetectionMetric]
)
def test_every_metric_of_films_refuses_it(metric):
    assert metric(score_threshold=1.0).score_threshold == 1
    with pytest.raises(SpondyloError, match='score_threshold=nan'):
        metric(score_threshold=np.nan)


def test_where_scores_end():
    assert least_score([[0.9, 0.5], [], [np.nan, 0.7]]) == 0.5
    assert np.isnan(least_score([[], [np.nan]]))
    assert np.isnan(least_score([]))


def test_a_threshold_below_all_scores_is_told_of():
    assert threshold_note(None, 0.5) is None
    assert threshold_note(0.5, 0.5) is None
    assert threshold_note(0.1, float('nan')) is None
    told = threshold_note(0.1, 0.5)
    assert told is not None
    assert told.startswith('--score-threshold 0.1 leaves out nothing: the lowest score')
    assert '0.5' in told
