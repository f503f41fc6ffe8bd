import numpy as np
import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.film_predictions import (
    FilmPrediction,
    PredictionSet,
    joined_predictions,
)


def three(**changes):
    parts = {
        'file_name': 'a.png',
        'corners': np.arange(24.0).reshape(3, 4, 2),
        'scores': np.array([0.1, 0.2, 0.3]),
        'levels': ['S1', None, 'L4'],
        'annotation_ids': [7, 8, 9],
        'corner_std': np.arange(12.0).reshape(3, 4),
        'size': (40, 60),
    }
    return FilmPrediction(**parts | changes)


def test_keep_chooses_and_orders_every_part():
    kept = three().keep([2, 0])
    assert len(kept) == 2
    assert kept.corners.tolist() == [
        [[16, 17], [18, 19], [20, 21], [22, 23]],
        [[0, 1], [2, 3], [4, 5], [6, 7]],
    ]
    assert kept.scores.tolist() == [0.3, 0.1]
    assert kept.levels == ['L4', 'S1']
    assert kept.annotation_ids == [9, 7]
    assert kept.corner_std.tolist() == [[8, 9, 10, 11], [0, 1, 2, 3]]
    assert (kept.file_name, kept.size) == ('a.png', (40, 60))


def test_sets_are_joined_that_were_made_alike():
    one, other = PredictionSet([three()], True, 'm'), PredictionSet([three()], True)
    joined = joined_predictions([one, other])
    assert [*joined.films] == [*one.films, *other.films]
    assert (joined.given_boxes, joined.model) == (True, 'm')
    with pytest.raises(SpondyloError, match='measure them apart'):
        joined_predictions([one, PredictionSet()])


def test_keep_none_of_a_bare_prediction():
    bare = three(levels=None, annotation_ids=None, corner_std=None).keep([])
    assert bare.corners.shape == (0, 4, 2)
    assert bare.levels is bare.annotation_ids is bare.corner_std is None


@pytest.mark.parametrize(
    'part',
    [
        {'corners': np.zeros((3, 8))},
        {'scores': np.zeros(2)},
        {'levels': ['L5']},
        {'annotation_ids': [1, 2, 3, 4]},
        {'corner_std': np.zeros((3, 2))},
    ],
)
def test_lengths_that_differ_are_refused(part):
    with pytest.raises(ValueError, match=f'{next(iter(part))} of shape'):
        three(**part)
