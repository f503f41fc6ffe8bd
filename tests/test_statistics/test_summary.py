import numpy as np
import pytest

from spondylo_mmpose.statistics.film_measures import measure_film
from spondylo_mmpose.statistics.summary import cells, describe, summarise
from spondylo_mmpose.statistics.tables import counts_table, slip_table
from tests.test_statistics.helpers import L4, L5, S1, S1_PLATE_ONLY, film

FILMS = [
    film('train/a.png', sex='F', age=20, patient_id='1', group='a'),
    film('train/b.png', (S1, L5), sex='F', age=29, patient_id='1', group='a'),
    film('train/c.png', (S1_PLATE_ONLY, L5), source='other', sex='M', age=60),
    film('val/d.png', (S1, L5, L4), orders=[0, 1, 3], patient_id='2'),
    film('val/e.png', (S1, L5), view='ap'),
    film('test/f.png', np.zeros((0, 4, 2)), size=(200, 100)),
]
MEASURES = [measure_film(one) for one in FILMS]


def test_describe_leaves_out_what_was_not_measured():
    figures = describe([1.0, None, 3.0])
    assert (figures['n'], figures['mean'], figures['median']) == (2, 2.0, 2.0)
    assert figures['sd'] == pytest.approx(2**0.5)
    assert (figures['min'], figures['max']) == (1.0, 3.0)
    assert np.isnan(describe([None])['mean'])
    assert np.isnan(describe([4.0])['sd'])


def test_counts():
    figures = summarise(MEASURES)
    assert (figures['films'], figures['films_labelled']) == (6, 5)
    assert (figures['patients'], figures['groups']) == (2, 1)
    assert figures['vertebrae'] == 12
    assert figures['vertebrae_per_film'] == {
        'mean': 2.4,
        'films_by_number': {'2': 3, '3': 2},
    }
    assert figures['film_size_px'] == {'200x100': 1, '300x280': 5}
    assert figures['view'] == {'ap': 1, 'lateral': 5}
    assert figures['aspect'] == {'unknown': 6}
    assert figures['facing']['films'] == {'frontal film': 1, 'left': 4}
    assert figures['levels'] == {'S1': 5, 'L5': 5, 'L4': 2}
    assert figures['corners'] == {
        'labelled': 46,
        'vertebrae_with_all': 11,
        'not_labelled': {
            'superior_left': 0,
            'superior_right': 0,
            'inferior_left': 1,
            'inferior_right': 1,
        },
    }
    # Ten whole vertebrae but for the S1s are 100 x 60 px.
    assert figures['box_of_whole_vertebrae_px']['width']['max'] == 100


def test_people():
    figures = summarise(MEASURES)
    assert figures['sex'] == {'F': 2, 'M': 1, 'unknown': 3}
    assert figures['sex_of_patients'] == {'F': 1, 'unknown': 1}
    age = figures['age_years']
    assert (age['min'], age['max'], age['films_without']) == (20, 60, 3)
    assert age['mean'] == pytest.approx(109 / 3)
    assert age['histogram'] == {
        '0-9': 0, '10-19': 0, '20-29': 2, '30-39': 0, '40-49': 0, '50-59': 0,
        '60-69': 1,
    }  # fmt: skip


def test_slips_and_why_there_are_none():
    figures = summarise(MEASURES)
    assert figures['slip_measured_or_why_not'] == {
        'frontal_view': 1,
        'measured': 5,
        'not_neighbours': 1,
    }
    slips = figures['slip_percent']['as_stored']
    assert list(slips) == ['all', 'L5-S1', 'L4-L5']
    assert (slips['L5-S1']['pairs'], slips['L5-S1']['n']) == (5, 4)
    assert slips['L5-S1']['mean'] == pytest.approx(10.0)
    assert slips['L5-S1']['grades'] == {
        '0': 0, 'I': 4, 'II': 0, 'III': 0, 'IV': 0, 'V': 0,
    }  # fmt: skip
    assert slips['L5-S1']['anterolisthesis'] == 4
    assert slips['L4-L5']['grades']['0'] == 1
    assert slips['all']['retrolisthesis'] == 0
    assert figures['slip_percent']['true_aspect']['all']['n'] == 0
    assert figures['lordosis_measured_or_why_not'] == {
        'frontal_view': 1,
        'level_missing': 4,
    }


def test_spacing_and_where_it_comes_from():
    estimate = {'mm': [0.5, 0.7], 'error_percent': 9.0, 'method': 'x'}
    films = [
        film(pixel_spacing_mm=(0.2, 0.2), pixel_spacing_origin='table'),
        film(pixel_spacing_mm=(0.2, 0.2)),
        film(pixel_spacing_estimate=estimate),
        film(),
    ]
    figures = summarise([measure_film(one) for one in films])
    assert figures['pixel_spacing'] == {
        'estimate only': 1, 'origin not told': 1, 'table': 1, 'unknown': 1,
    }  # fmt: skip
    # An estimate takes no stretch out.
    assert figures['aspect'] == {'pixel_spacing_mm': 2, 'unknown': 2}


def test_nothing_at_all():
    figures = summarise([])
    assert figures['films'] == 0
    assert np.isnan(figures['age_years']['mean'])


def test_no_slip_threshold_is_applied():
    wide = summarise([measure_film(one, 12.0) for one in FILMS])
    assert wide['slip_percent']['as_stored']['L5-S1']['grades']['0'] == 4


def test_tables():
    lines = counts_table(cells(MEASURES))
    assert [' '.join(line.split()) for line in lines[1:]] == [
        'train buu 1 1 | 2 0 5 2.50',
        'train other 1 0 | 1 0 2 2.00',
        'val buu 1 1 | 2 0 5 2.50',
        'test buu 0 0 | 0 1 0 -',
        'all 3 2 | 5 1 12 2.40',
    ]
    slips = summarise(MEASURES)['slip_percent']['as_stored']
    head, _, lowest, upper = slip_table(slips, 5.0)
    assert '(0: below 5 %)' in head
    assert ' '.join(lowest.split()) == 'L5-S1 5 4 10.0 0.0 10.0 10.0 10.0 | 0 4 0 0 0 0'
    assert ' '.join(upper.split()) == 'L4-L5 2 1 -2.0 - -2.0 -2.0 -2.0 | 1 0 0 0 0 0'
