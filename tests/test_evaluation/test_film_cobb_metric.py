"""Cobb angles of what was found end to end, by hand."""

import numpy as np
import pytest

from spondylo_mmpose.evaluation.cobb_errors import ANGLES
from spondylo_mmpose.evaluation.metrics.film_cobb_metric import FilmCobbMetric
from tests.test_evaluation.film_helpers import film_of, prediction_of
from tests.test_spine.test_cobb import bow, spine

TURNS = [-10, -20, 0, 15, 5]
"""Angles 35, 10 and 10."""

TRUE = spine(TURNS, bow(5, 60))


def pair(name, found, scores=None, given=(35, 10, 10), **fields):
    extra = {} if given is None else {ANGLES: list(given)}
    film = film_of(name, TRUE, extra=extra, **fields)
    return film, prediction_of(name, found, scores)


def measured(*pairs, **options):
    return FilmCobbMetric(**options).summarise(pairs)


def test_what_was_found_is_measured_in_any_order():
    told = measured(pair('a.png', TRUE[[3, 0, 4, 1, 2]]))
    assert told['SMAPE'] == pytest.approx(0, abs=1e-4)
    assert told['main_MAE_deg'] == pytest.approx(0, abs=1e-4)
    assert (told['films'], told['unmeasured']) == (1, 0)


def test_a_missed_vertebra_at_the_end_takes_its_angle_along():
    # Without the lowest (5 degrees) the lower of the small curves has none.
    told = measured(pair('a.png', TRUE[1:]))
    assert told['SMAPE'] == pytest.approx(100 * 10 / (55 + 45))
    assert told['main_MAE_deg'] == pytest.approx(0, abs=1e-4)


def test_films_without_three_vertebrae_fail():
    scores = [0.9, 0.9, 0.1, 0.1, 0.1]
    nothing = np.zeros((0, 4, 2))
    told = measured(pair('a.png', TRUE, scores), pair('b.png', nothing))
    assert told['SMAPE'] == 100
    assert np.isnan(told['main_MAE_deg'])
    assert told['unmeasured'] == 2
    assert measured(pair('a.png', TRUE, scores), score_threshold=0.05)['SMAPE'] < 1e-4


def test_lateral_films_tell_nothing():
    assert measured(pair('a.png', TRUE, given=None)) == {}
    unnamed = [None] * 5
    assert measured(pair('a.png', TRUE, levels=unnamed), intervals=True) == {}


def test_intervals_are_over_patients():
    pairs = [
        pair(f'{k}.png', spine(np.add(TURNS, [0, 0, 0, 3 * k, k]), bow(5, 60)))
        for k in range(8)
    ]
    told = measured(*pairs, intervals=True)
    assert told['SMAPE_low'] < told['SMAPE'] < told['SMAPE_high']
