import numpy as np
import pytest

from spondylo_mmpose.evaluation import RadialErrorMetric
from spondylo_mmpose.evaluation.corner_errors import corner_errors
from spondylo_mmpose.evaluation.detection import compare_films
from spondylo_mmpose.evaluation.detection_summary import summarise_detections
from spondylo_mmpose.evaluation.film_pairs import pair_films
from spondylo_mmpose.evaluation.matched_records import film_patients, matched_records
from tests.test_evaluation.film_helpers import column, film_of, prediction_of
from tests.test_evaluation.test_six_spines import FILMS, PREDICTIONS


def test_every_true_vertebra_has_a_record_and_only_the_found_a_prediction():
    film = film_of(
        'a.png', column(0, 1, 2), source='x', pixel_spacing_mm=(0.5, 0.25),
        levels=['L5', 'L4', 'L3'], orders=[0, 1, 4], patient_id='p', view='lateral',
    )  # fmt: skip
    # In another order, one missed, one below the threshold, one invented.
    prediction = prediction_of('a.png', column(4, 9, 0, 1) + 1, [0.9, 0.9, 0.9, 0.2])
    film.corners = column(0, 1, 4)
    records = matched_records([(film, prediction)])
    assert [(r.vertebra_id, r.order, r.level) for r in records] == [
        (0, 0, 'L5'), (1, 1, 'L4'), (4, 4, 'L3')
    ]  # fmt: skip
    np.testing.assert_array_equal(records[0].predicted, column(0)[0] + 1)
    assert np.isnan(records[1].predicted).all()
    np.testing.assert_array_equal(records[2].predicted, column(4)[0] + 1)
    np.testing.assert_array_equal([r.true for r in records], film.corners)
    assert records[0].box.tolist() == [100, 400, 140, 420]
    assert {r.film_id for r in records} == {'a.png'}
    assert records[0].spacing.tolist() == [0.5, 0.25]
    assert records[0].film['source'] == 'x'
    assert records[0].film['view'] == 'lateral'
    kept = matched_records([(film, prediction)], score_threshold=0.1)
    assert np.isfinite(kept[1].predicted).all()


def test_films_without_prediction_are_missed_and_without_labels_left_out():
    film = film_of('a.png', column(0, 1))
    bare = film_of('b.png', np.zeros((0, 4, 2)))
    half = film_of('c.png', column(0, 1))
    half.corners[0, 1:] = np.nan  # one corner is no vertebra
    records = matched_records([(film, None), (bare, None), (half, None)])
    assert [(r.film_id, r.order) for r in records] == [
        ('a.png', 0), ('a.png', 1), ('c.png', 1)
    ]  # fmt: skip
    assert np.isnan([r.predicted for r in records]).all()


def test_errors_are_those_of_the_detection_metric():
    pairs = pair_films(FILMS, PREDICTIONS)
    records = matched_records(pairs)
    outcomes = compare_films(pairs)
    np.testing.assert_array_equal(
        corner_errors(records).px, np.concatenate([o.errors for o in outcomes])
    )
    corner = RadialErrorMetric().summarise(records)
    spine = summarise_detections(outcomes)
    assert corner['SDR@5px'] == pytest.approx(spine['SDR@5px'])
    assert corner['vertebrae'] == spine['vertebrae']
    assert corner['corners_lost'] == 4 * (spine['vertebrae'] - spine['matched'])


def test_films_of_a_patient_have_one_number():
    films = [
        film_of(f'{name}.png', column(0), patient_id=patient, group=group)
        for name, patient, group in (
            ('a', 'p', None), ('b', None, 'g'), ('c', 'p', None), ('d', 'q', 'g'),
            ('e', None, None),
        )
    ]  # fmt: skip
    a, b, c, d, e = film_patients(compare_films((film, None) for film in films))
    assert a == c
    assert b == d
    assert len({a, b, e}) == 3
