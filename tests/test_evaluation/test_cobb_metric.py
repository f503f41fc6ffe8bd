"""Error of Cobb angles over films."""

import dataclasses

import numpy as np
import pytest

from spondylo_mmpose.evaluation.cobb_errors import ANGLES
from spondylo_mmpose.evaluation.metrics.cobb_metric import CobbMetric
from tests.test_evaluation.helpers import film_records, sample_of
from tests.test_spine.test_cobb import bow, spine

TURNS = np.array([-10, -20, 0, 15, 5])
"""Angles 35, 10 and 10."""


def records_of(film_id, predicted, given=(35, 10, 10), lost=False, levels=None):
    true = spine(TURNS, bow(5, 60))
    found = spine(predicted, bow(5, 60))
    if lost:
        found[2] = np.nan
    films = film_records(true, found, film_id, levels=levels)
    told = {'height': 400, ANGLES: given and list(given), 'patient_id': str(film_id)}
    return [dataclasses.replace(r, film={**r.film, **told}) for r in films]


def evaluate(records, **kwargs):
    metric = CobbMetric(**kwargs)
    metric.process(None, [sample_of(record) for record in records])
    return metric.evaluate(len(records))


def test_films_by_hand():
    # The second film's angles come out as 45, 10 and 10.
    worse = [-10, -20, 0, 25, 15]
    told = evaluate([*records_of(1, TURNS), *records_of(2, worse)])
    assert told['cobb/films'] == 2
    assert told['cobb/SMAPE'] == pytest.approx((0 + 100 * 10 / 120) / 2)
    assert told['cobb/main_MAE_deg'] == pytest.approx(5)
    assert told['cobb/landmarks_SMAPE'] == pytest.approx(0, abs=1e-6)


def test_a_film_with_a_lost_vertebra_fails():
    told = evaluate([*records_of(1, TURNS), *records_of(2, TURNS, lost=True)])
    assert told['cobb/SMAPE'] == pytest.approx(50)
    assert told['cobb/main_MAE_deg'] == pytest.approx(0, abs=1e-6)
    assert told['cobb/unmeasured'] == 1


def test_films_without_angles_are_left_out():
    told = evaluate([*records_of(1, TURNS), *records_of(2, TURNS, given=None)])
    assert told['cobb/films'] == 1
    unnamed = evaluate(records_of(1, TURNS, levels=[None] * 5))
    assert unnamed['cobb/films'] == 0
    nothing = evaluate(records_of(1, TURNS, given=None), intervals=True)
    assert nothing['cobb/films'] == 0
    assert np.isnan(nothing['cobb/SMAPE'])


def test_intervals_hold_the_mean():
    records = [
        one
        for k in range(8)
        for one in records_of(k, TURNS + np.array([0, 0, 0, 3 * k, k]))
    ]
    told = evaluate(records, intervals=True)
    assert told['cobb/SMAPE_low'] < told['cobb/SMAPE'] < told['cobb/SMAPE_high']
