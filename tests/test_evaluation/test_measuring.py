import numpy as np
import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.film_pairs import pair_films
from spondylo_mmpose.evaluation.measuring import measure_pairs, measure_records
from tests.test_evaluation.film_helpers import column, film_of, prediction_of
from tests.test_evaluation.helpers import film_records
from tests.test_evaluation.test_slip_oracle import on_sacrum


def prefixes(values):
    return {name.partition('/')[0] for name in values}


@pytest.fixture
def records():
    spine = on_sacrum(25)
    return [
        record
        for film in (1, 2, 3)
        for record in film_records(spine, spine + [film, 0], film, [0.5, 0.5])
    ]


def test_given_boxes(records):
    values = measure_records(records)
    assert prefixes(values) == {'corner', 'clinical', 'sagittal'}
    assert values['corner/MRE_px'] == 2
    assert values['clinical/pairs'] == 3
    assert values['sagittal/disc_angle_number_deg'] == 3
    assert 'corner/MRE_px/L5/superior_left' not in values
    assert 'corner/MRE_px/L5/superior_left' in measure_records(records, detailed=True)


def test_intervals_are_added_to_the_same_values(records):
    plain, wide = measure_records(records), measure_records(records, intervals=True)
    limits = wide.keys() - plain.keys()
    assert all(name.endswith(('_low', '_high')) for name in limits)
    assert {k: wide[k] for k in plain} == pytest.approx(plain, nan_ok=True)
    # Films of 1, 2 and 3 px: of 27 draws one is all 1 and one all 3 (3.7 % each).
    assert (wide['corner/MRE_px_low'], wide['corner/MRE_px_high']) == (1, 3)
    for name in ('clinical/slip_MAE', 'sagittal/disc_angle_MAE_deg'):
        assert wide[f'{name}_low'] == pytest.approx(0, abs=1e-9)


def test_end_to_end():
    pairs = pair_films(
        [film_of('a.png', column(0, 1)), film_of('b.png', column(0, 1))],
        [prediction_of('a.png', column(0, 1) + [3, 4], [0.9, 0.4])],
    )
    values = measure_pairs(pairs)
    assert prefixes(values) == {'spine', 'clinical', 'sagittal', 'published_slot'}
    assert values['spine/recall'] == 50
    assert measure_pairs(pairs, score_threshold=0.5)['spine/recall'] == 25
    wide = measure_pairs(pairs, intervals=True)
    assert {k: wide[k] for k in values} == pytest.approx(values, nan_ok=True)
    assert (wide['spine/recall_low'], wide['spine/recall_high']) == (0, 100)


def test_the_threshold_for_no_slip_is_heeded_both_ways():
    spine = on_sacrum(5)
    pairs = [(film_of('a.png', spine), prediction_of('a.png', spine))]
    for threshold, graded in ((5, 1), (10, 0)):
        for values in (
            measure_records(film_records(spine, spine), no_slip_threshold=threshold),
            measure_pairs(pairs, no_slip_threshold=threshold),
        ):
            assert values['clinical/no_slip_threshold'] == threshold
            assert values['clinical/pairs_graded_1_or_more'] == graded
    with pytest.raises(SpondyloError, match='no_slip_threshold'):
        measure_pairs(pairs, no_slip_threshold=-1)


def test_nothing_at_all_is_measured_as_nothing():
    values = measure_records([], intervals=True) | measure_pairs([], intervals=True)
    for name in ('corner/MRE_px', 'spine/recall', 'spine/AP', 'clinical/slip_MAE_low'):
        assert np.isnan(values[name])
