from dataclasses import replace

import numpy as np
import pytest

from spondylo_mmpose.evaluation import RadialErrorMetric
from spondylo_mmpose.evaluation.corner_tables import (
    film_rows,
    level_rows,
    vertebra_rows,
)
from tests.test_evaluation.helpers import film_records

QUAD = np.array([[10, 100], [60, 100], [10, 130], [60, 130]], float)
SPINE = np.array([QUAD, QUAD - [0, 50]])


@pytest.fixture
def records():
    """A film that is 5 px off everywhere, and one with a lost corner of L5."""
    first = film_records(SPINE, SPINE + [3, 4], film_id=1, spacing=[0.5, 0.5])
    prediction = SPINE.copy()
    prediction[0, 3] += [6, 0]
    prediction[1, 0] = np.nan
    second = film_records(SPINE, prediction, film_id=2)
    for record in first:
        record.film.update(width=300, height=400, source='s', patient_id='p')
    return [*first, *second]


def test_films_by_hand(records):
    first, second = film_rows(records, px_thresholds=(4, 5))
    assert first == pytest.approx(
        {
            'film': '1.png', 'source': 's', 'patient_id': 'p', 'vertebrae': 2,
            'corners': 8, 'corners_lost': 0, 'MRE_px': 5, 'median_px': 5, 'p95_px': 5,
            'MSE_px': 25, 'SDR@4px': 0, 'SDR@5px': 100, 'max_px': 5, 'MRE_mm': 2.5,
            'MRE_percent_height': 500 / 30, 'MRE_percent_diagonal': 1,
        }
    )  # fmt: skip
    assert (second['film'], second['source'], second['patient_id']) == (
        '2.png', None, None
    )  # fmt: skip
    assert (second['corners'], second['corners_lost']) == (8, 1)
    assert second['MRE_px'] == second['max_px'] == np.inf
    assert second['median_px'] == 0
    assert second['SDR@5px'] == pytest.approx(100 * 6 / 8)
    assert np.isnan(second['MRE_mm'])


def test_vertebrae_by_hand(records):
    rows = vertebra_rows(records)
    assert [(r['film'], r['vertebra_id'], r['level'], r['order']) for r in rows] == [
        ('1.png', 100, 'S1', 0),
        ('1.png', 101, 'L5', 1),
        ('2.png', 200, 'S1', 0),
        ('2.png', 201, 'L5', 1),
    ]
    assert rows[2]['MRE_px'] == pytest.approx(6 / 4)
    assert rows[2]['MRE_percent_height'] == pytest.approx(100 / 30 * 6 / 4)
    assert rows[2]['error_px_inferior_right'] == 6
    assert rows[2]['error_px_superior_left'] == 0
    assert rows[3]['corners_lost'] == 1
    assert rows[3]['error_px_superior_left'] == np.inf


def test_levels_by_hand(records):
    s1, l5, everything = level_rows(records, px_thresholds=(5,))
    assert (s1['level'], l5['level'], everything['level']) == ('S1', 'L5', 'all')
    # S1: four corners of 5 px, three of 0 px, one of 6 px.
    assert s1['MRE_px'] == pytest.approx(26 / 8)
    assert s1['MRE_px_inferior_right'] == pytest.approx(11 / 2)
    assert s1['SDR@5px'] == pytest.approx(100 * 7 / 8)
    assert (l5['corners'], l5['corners_lost']) == (8, 1)
    assert l5['MRE_px_inferior_right'] == pytest.approx(5 / 2)
    assert (everything['vertebrae'], everything['corners']) == (4, 16)


def test_a_corner_without_truth_has_an_empty_error(records):
    plate = records[0].true.copy()
    plate[2:] = np.nan
    (row,) = vertebra_rows([replace(records[0], true=plate)])
    assert row['corners'] == 2
    assert row['MRE_px'] == pytest.approx(5)
    assert np.isnan(row['error_px_inferior_left'])
    assert np.isnan(row['MRE_percent_height'])


def test_a_level_that_nobody_recorded(records):
    unknown = film_records(SPINE, SPINE, film_id=3, levels=[None, 'L5'])
    levels = [row['level'] for row in level_rows([*records, *unknown])]
    assert levels == ['S1', 'L5', 'unknown', 'all']


def test_tables_and_metric_agree(records):
    metrics = RadialErrorMetric(detailed=True).summarise(records)
    *levels, everything = level_rows(records)
    for name in ('MRE_px', 'median_px', 'MSE_px', 'SDR@5px', 'MRE_mm', 'corners_lost'):
        assert everything[name] == metrics[name]
    for row in levels:
        assert row['MRE_px'] == metrics[f'MRE_px/{row["level"]}']
        name = f'MRE_px/{row["level"]}/inferior_left'
        assert row['MRE_px_inferior_left'] == metrics[name]
    films = film_rows(records)
    assert sum(row['corners'] for row in films) == metrics['corners']


def test_no_records_give_no_rows():
    assert film_rows([]) == vertebra_rows([]) == []
    (everything,) = level_rows([])
    assert everything['vertebrae'] == everything['corners'] == 0
    assert np.isnan(everything['MRE_px'])
