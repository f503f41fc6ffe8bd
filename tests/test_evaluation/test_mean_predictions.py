"""Means of several models."""

import numpy as np
import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.film_predictions import FilmPrediction, PredictionSet
from spondylo_mmpose.evaluation.mean_predictions import mean_predictions

QUAD = np.array([[0, 0], [40, 0], [0, 20], [40, 20]], float)


def said(corners, ids, name='a.png', scores=0.5, model=None):
    corners = np.array(corners, float)
    film = FilmPrediction(
        name,
        corners,
        np.full(len(corners), scores),
        annotation_ids=ids,
        corner_std=np.ones((len(corners), 4)),
    )
    return PredictionSet([film], True, model)


def test_each_vertebra_has_its_mean():
    one = said([QUAD, QUAD + 100], [1, 2], model='one')
    # The same vertebrae, the other way round.
    other = said([QUAD + 104, QUAD + 2], [2, 1], scores=0.7)
    mean = mean_predictions([one, other])
    assert mean.films[0].annotation_ids == [1, 2]
    assert (mean.films[0].corners == [QUAD + 1, QUAD + 102]).all()
    assert mean.films[0].scores.tolist() == pytest.approx([0.6, 0.6])
    assert mean.films[0].corner_std is None
    assert mean.given_boxes
    assert mean.model == 'mean of one, a model without a name'


def test_a_corner_that_one_lacks_has_none():
    lacking = QUAD.copy()
    lacking[3] = np.nan
    mean = mean_predictions([said([QUAD], [1]), said([lacking], [1])])
    assert (mean.films[0].corners[0, :3] == QUAD[:3]).all()
    assert np.isnan(mean.films[0].corners[0, 3]).all()


@pytest.mark.parametrize(
    ('other', 'reason'),
    [
        (PredictionSet([], False), 'some of the predictions were made without them'),
        (said([QUAD], [1], name='b.png'), 'each film once from every one'),
        (PredictionSet(said([QUAD], [1]).films * 2, True), 'each film once'),
        (said([QUAD], [2]), 'a.png: .* each vertebra from every one'),
        (said([QUAD, QUAD], [1, 2]), 'a.png: .* each vertebra from every one'),
    ],
)
def test_what_has_no_mean_is_refused(other, reason):
    with pytest.raises(SpondyloError, match=reason):
        mean_predictions([said([QUAD], [1]), other])
