"""Tables of six films whose faults are known, and of slips laid out by hand."""

import numpy as np
import pytest

from spondylo_mmpose.evaluation import SpineDetectionMetric
from spondylo_mmpose.evaluation.detection import compare_films
from spondylo_mmpose.evaluation.film_pairs import pair_films
from spondylo_mmpose.evaluation.result_tables import (
    PER_FILM,
    PER_LEVEL,
    PER_VERTEBRA,
    outcome_tables,
    record_tables,
)
from tests.test_evaluation.film_helpers import column, film_of, prediction_of
from tests.test_evaluation.helpers import film_records
from tests.test_evaluation.test_film_clinical_metric import PLATE, SPINE
from tests.test_evaluation.test_six_spines import FILMS, PREDICTIONS


@pytest.fixture
def six():
    return outcome_tables(compare_films(pair_films(FILMS, PREDICTIONS)))


def columns(rows, *names):
    return [tuple(row[name] for name in names) for row in rows]


def test_films(six):
    assert columns(
        six[PER_FILM], 'film', 'vertebrae', 'found', 'matched', 'missed'
    ) == [
        ('a_moved.png', 5, 5, 5, 0),
        ('b_missed.png', 5, 3, 3, 2),
        ('c_doubled.png', 4, 5, 4, 0),
        ('d_extra.png', 4, 5, 4, 0),
        ('e_shifted.png', 5, 4, 4, 1),
        ('f_mirrored.png', 5, 5, 5, 0),
    ]
    rest = 'false_positives', 'duplicates', 'swapped_sides', 'level_shifted', 'MRE_px'
    assert columns(six[PER_FILM], *rest) == [
        (0, 0, 0, 0, 5),
        (0, 0, 0, 0, 0),
        (1, 1, 0, 0, 0),
        (1, 0, 0, 0, 0),
        (0, 0, 0, 1, 0),
        (0, 0, 5, 0, 40),
    ]
    moved, missed = six[PER_FILM][:2]
    assert moved['IoU'] == pytest.approx(37 * 16 / (1600 - 592))
    assert (missed['IoU'], missed['SDR@2px']) == (1, 60)
    assert (missed['corners'], missed['corners_lost']) == (20, 8)


def test_vertebrae(six):
    rows = six[PER_VERTEBRA]
    # 28 true ones, the double and the extra one.
    assert [row['status'] for row in rows].count('matched') == 25
    assert [row['status'] for row in rows].count('missed') == 3
    names = 'film', 'level', 'status', 'score', 'IoU', 'error_px_superior_left'
    made_up = [row for row in rows if row['status'] == 'false positive']
    double, extra = columns(made_up, *names)
    assert double == ('c_doubled.png', None, 'false positive', 0.6, 18 / 22, None)
    assert extra == ('d_extra.png', None, 'false positive', 0.95, 0, None)
    own = [row for row in rows if row['film'] == 'b_missed.png']
    assert columns(own, 'level', 'status', 'place_shift', 'error_px_superior_left') == [
        ('S1', 'matched', 0, 0),
        ('L5', 'matched', 0, 0),
        ('L4', 'missed', None, np.inf),
        ('L3', 'matched', -1, 0),
        ('L2', 'missed', None, np.inf),
    ]
    assert np.isnan(own[2]['score'])
    assert len({tuple(row) for row in rows}) == 1


def test_levels_and_the_metric_agree(six):
    values = SpineDetectionMetric().summarise(pair_films(FILMS, PREDICTIONS))
    found = {row['level']: row for row in six[PER_LEVEL]}
    assert list(found) == ['S1', 'L5', 'L4', 'L3', 'L2', 'all']
    # S1 is missed in e, L4 in b, L2 in b; four films have an L2.
    assert columns(found.values(), 'matched', 'missed') == [
        (5, 1), (6, 0), (5, 1), (6, 0), (3, 1), (25, 3)
    ]  # fmt: skip
    for name in ('recall', 'MRE_px', 'median_px', 'p95_px', 'SDR@5px', 'matched'):
        assert found['all'][name] == pytest.approx(values[name])
    assert found['L5']['MRE_px'] == pytest.approx((5 + 40) / 6)


def test_a_film_without_a_prediction_is_a_row_of_misses():
    (film,) = outcome_tables(compare_films([(FILMS[0], None)]))[PER_FILM]
    assert (film['is_predicted'], film['found'], film['missed']) == (0, 0, 5)
    assert np.isnan([film['IoU'], film['MRE_px'], film['level_shifted']]).all()
    assert film['SDR@24px'] == 0


def test_levels_that_the_prediction_names():
    film = film_of('a.png', column(0, 1, 2))
    told = prediction_of(
        'a.png', column(9, 1, 0), levels=['L1', 'L4', 'S1'], scores=[0.5, 0.6, np.nan]
    )
    rows = outcome_tables(compare_films([(film, told)]))[PER_VERTEBRA]
    assert columns(rows, 'level', 'status', 'predicted_level', 'place_shift') == [
        ('S1', 'matched', 'S1', 0),
        ('L5', 'matched', 'L4', 1),
        ('L4', 'missed', None, None),
        (None, 'false positive', 'L1', None),
    ]
    assert columns(rows, 'order', 'vertebra_id')[-1] == (None, None)
    assert rows[0]['film'] == rows[-1]['film'] == 'a.png'


def test_slips_by_hand():
    """L5-S1 slips by 25 %, L4-L5 by 10 %; predicted is 10 and 20 points too much."""
    off = SPINE.copy()
    off[2] += 0.2 * PLATE
    first = film_records(SPINE, off)
    second = film_records(SPINE, SPINE.copy(), film_id=2)
    second[2].predicted[:] = np.nan
    tables = record_tables([*first, *second])
    names = 'pair', 'slip_true', 'slip_predicted', 'grade_true', 'grade_predicted'
    rows = columns(tables[PER_VERTEBRA], *names)
    nan = float('nan')
    for row, expected in zip(
        rows,
        [
            (None, nan, nan, None, None),
            ('L5-S1', 25, 25, 'I', 'I'),
            ('L4-L5', 10, 30, 'I', 'II'),
            (None, nan, nan, None, None),
            ('L5-S1', 25, 25, 'I', 'I'),
            ('L4-L5', 10, nan, 'I', None),
        ],
        strict=True,
    ):
        assert row[0] == expected[0]
        assert row[1:3] == pytest.approx(expected[1:3], nan_ok=True)
        assert row[3:] == expected[3:]
    pooled = 'pairs', 'slip_unmeasured', 'slip_MAE', 'grades_wrong'
    assert columns(tables[PER_FILM], *pooled) == [
        pytest.approx((2, 0, 10, 1)), pytest.approx((2, 1, 0, 1))
    ]  # fmt: skip
    levels = {row['level']: row for row in tables[PER_LEVEL]}
    assert columns([levels['L4'], levels['all']], *pooled) == [
        pytest.approx((2, 1, 20, 2)), pytest.approx((4, 1, 20 / 3, 2))
    ]  # fmt: skip
    assert levels['S1']['pairs'] == 0
    assert np.isnan(levels['S1']['slip_MAE'])
    # A border of grades that was moved moves them here too.
    row = record_tables(first, no_slip_threshold=20)[PER_VERTEBRA][2]
    assert (row['grade_true'], row['grade_predicted']) == ('0', 'II')


def test_found_slips_are_those_of_matched_vertebrae():
    film = film_of('a.png', SPINE)
    tables = outcome_tables(compare_films([(film, prediction_of('a.png', SPINE[:2]))]))
    (row,) = tables[PER_FILM]
    assert (row['pairs'], row['slip_unmeasured'], row['grades_wrong']) == (2, 1, 1)
    assert row['slip_MAE'] == pytest.approx(0)


def test_nothing_gives_no_rows_but_those_of_all():
    tables = outcome_tables([])
    assert tables[PER_FILM] == tables[PER_VERTEBRA] == []
    (everything,) = tables[PER_LEVEL]
    assert (everything['level'], everything['vertebrae']) == ('all', 0)
    assert np.isnan(everything['recall'])
