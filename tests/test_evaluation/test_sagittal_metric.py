import numpy as np
import pytest

from spondylo_mmpose.evaluation.angles_heights import KINDS, sagittal_measurements
from spondylo_mmpose.evaluation.metrics.sagittal_metric import SagittalMetric
from spondylo_mmpose.phantom.film import make_truth
from spondylo_mmpose.spine.anatomy import infer_facing, mirror
from spondylo_mmpose.spine.measurements import sagittal_angle
from tests.test_evaluation.helpers import film_records, sample_of

# The angle of the triangle 3-4-5 at its longer leg.
TILT = np.degrees(np.arctan2(3, 4))


def spine():
    """S1 to L1 facing left; S1's plate falls by 3-4-5, all others are level.

    Lumbar bodies are 80 wide and 40 high, discs 10.
    """
    sacrum = [[100, 430], [180, 370], [148, 494], [228, 434]]
    lumbar = []
    for i in range(5):
        y = 320 - 50 * i
        lumbar.append([[90, y], [170, y], [90, y + 40], [170, y + 40]])
    return np.array([sacrum, *lumbar], float)


def evaluate(records):
    metric = SagittalMetric()
    metric.process({}, [sample_of(record) for record in records])
    return {
        key.removeprefix('sagittal/'): value
        for key, value in metric.evaluate(len(records)).items()
    }


def raised_front_of_l1():
    """L1's upper plate rises by 3-4-5 to the front: 60 px over 80."""
    predicted = spine()
    predicted[5, 0, 1] -= 60
    return predicted


def test_the_film_faces_as_it_should():
    assert infer_facing(spine())[0] == 'left'
    assert infer_facing(raised_front_of_l1())[0] == 'left'
    assert sagittal_angle(spine(), 'left') == pytest.approx(TILT)


@pytest.mark.parametrize('spacing', [(1.0, 1.0), (0.5, 0.5)])
@pytest.mark.parametrize('mirrored', [False, True])
def test_values_by_hand(spacing, mirrored):
    true, predicted = spine(), raised_front_of_l1()
    if mirrored:
        true, predicted = mirror(true, 640), mirror(predicted, 640)
    metrics = evaluate(film_records(true, predicted, spacing=list(spacing)))
    mm = spacing[0]
    # Lordosis was TILT - 0 and is TILT - (-TILT).
    assert metrics['lordosis_L1_S1_MAE_deg'] == pytest.approx(TILT)
    assert metrics['lordosis_L1_S1_bias_deg'] == pytest.approx(TILT)
    assert metrics['lordosis_L1_S1_number_deg'] == 1
    # S1 and all that bounds a disc is right.
    assert metrics['sacral_slope_MAE_deg'] == pytest.approx(0)
    assert metrics['disc_angle_MAE_deg'] == pytest.approx(0)
    assert metrics['disc_angle_number_deg'] == 5
    # L1's front is 100 high instead of 40, its middle 70; of five vertebrae.
    assert metrics['height_anterior_MAE_mm/L1'] == pytest.approx(60 * mm)
    assert metrics['height_anterior_MAE_mm'] == pytest.approx(12 * mm)
    assert metrics['height_anterior_MAE_percent/L1'] == pytest.approx(150)
    assert metrics['height_middle_MAE_mm/L1'] == pytest.approx(30 * mm)
    assert metrics['height_middle_MAE_percent/L1'] == pytest.approx(75)
    assert metrics['height_posterior_MAE_mm/L1'] == pytest.approx(0)
    assert metrics['height_anterior_MAE_mm/L2'] == pytest.approx(0)
    assert metrics['height_anterior_number_mm'] == 5
    assert not any('/S1' in key for key in metrics)


def test_sacrum_and_its_disc():
    predicted = spine()
    predicted[0, 0, 1] = 370  # S1's plate level: slope and L5-S1 lose TILT each
    metrics = evaluate(film_records(spine(), predicted, spacing=[1, 1]))
    assert metrics['sacral_slope_bias_deg'] == pytest.approx(-TILT)
    assert metrics['lordosis_L1_S1_bias_deg'] == pytest.approx(-TILT)
    assert metrics['disc_angle_MAE_deg/L5-S1'] == pytest.approx(TILT)
    assert metrics['disc_angle_bias_deg'] == pytest.approx(-TILT / 5)
    assert metrics['disc_angle_MAE_deg/L1-L2'] == pytest.approx(0)
    places = [key for key in metrics if key.startswith('disc_angle_MAE_deg/')]
    assert places[0].endswith('L5-S1')
    assert places[-1].endswith('L1-L2')


def test_without_the_aspect_there_is_no_angle():
    metrics = evaluate(film_records(spine(), raised_front_of_l1()))
    for kind, number in (('disc_angle', 5), ('lordosis_L1_S1', 1), ('sacral_slope', 1)):
        assert np.isnan(metrics[f'{kind}_MAE_deg'])
        assert metrics[f'{kind}_number_deg'] == 0
        assert metrics[f'{kind}_without_deg/aspect_unknown'] == number
    assert np.isnan(metrics['height_anterior_MAE_mm'])
    assert metrics['height_anterior_without_mm/spacing_unknown'] == 5
    assert metrics['height_anterior_MAE_percent'] == pytest.approx(30)


def test_the_size_before_a_stretch_gives_angles_but_no_mm():
    squeezed, predicted = spine() / [2, 1], raised_front_of_l1() / [2, 1]
    records = film_records(squeezed, predicted)
    for record in records:
        record.film.update(width=320, height=640, original_size=[1280, 1280])
    metrics = evaluate(records)
    assert metrics['lordosis_L1_S1_MAE_deg'] == pytest.approx(TILT)
    assert metrics['height_anterior_MAE_percent/L1'] == pytest.approx(150)
    assert metrics['height_anterior_number_mm'] == 0


def test_a_stretch_with_its_spacing_changes_nothing():
    true, predicted = spine(), raised_front_of_l1()
    plain = evaluate(film_records(true, predicted, spacing=[1, 1]))
    squeezed = evaluate(film_records(true / [2, 1], predicted / [2, 1], 1, [2, 1]))
    assert squeezed == pytest.approx(plain, nan_ok=True, abs=1e-9)


@pytest.mark.parametrize('lost', [np.nan, np.inf])
@pytest.mark.filterwarnings('error:invalid value')
def test_what_the_prediction_does_not_give_is_counted(lost):
    predicted = spine()
    predicted[5] = lost
    metrics = evaluate(film_records(spine(), predicted, spacing=[1, 1]))
    assert metrics['lordosis_L1_S1_MAE_deg'] == np.inf
    assert metrics['lordosis_L1_S1_unmeasured_deg'] == 1
    assert metrics['disc_angle_unmeasured_deg'] == 1
    assert metrics['disc_angle_number_deg'] == 5
    assert metrics['disc_angle_MAE_deg'] == pytest.approx(0)
    assert metrics['disc_angle_MAE_deg/L1-L2'] == np.inf
    assert metrics['height_middle_unmeasured_mm'] == 1


def test_half_an_s1_is_enough():
    true = spine()
    true[0, 2:] = np.nan
    metrics = evaluate(film_records(true, raised_front_of_l1(), spacing=[1, 1]))
    assert metrics['lordosis_L1_S1_MAE_deg'] == pytest.approx(TILT)
    assert metrics['disc_angle_number_deg'] == 5
    assert metrics['sacral_slope_number_deg'] == 1


def test_an_unlabelled_corner_takes_what_needs_it():
    true = spine()
    true[5, 0] = np.nan
    metrics = evaluate(film_records(true, spine(), spacing=[1, 1]))
    assert metrics['lordosis_L1_S1_without_deg/corner_missing'] == 1
    assert metrics['height_anterior_without_mm/corner_missing'] == 1
    assert metrics['height_posterior_number_mm'] == 5
    assert metrics['disc_angle_number_deg'] == 5


def test_a_gap_parts_a_disc_but_not_the_lordosis():
    records = film_records(spine(), raised_front_of_l1(), spacing=[1, 1])
    del records[3]
    metrics = evaluate(records)
    assert metrics['disc_angle_number_deg'] == 3
    assert metrics['lordosis_L1_S1_MAE_deg'] == pytest.approx(TILT)
    assert 'height_anterior_MAE_mm/L3' not in metrics


def test_levels_that_are_not_known():
    records = film_records(spine(), spine(), spacing=[1, 1], levels=[None] * 6)
    metrics = evaluate(records)
    assert metrics['lordosis_L1_S1_without_deg/level_missing'] == 1
    assert metrics['sacral_slope_without_deg/level_missing'] == 1
    assert metrics['disc_angle_MAE_deg/?-?'] == pytest.approx(0)
    assert metrics['height_anterior_number_mm'] == 6


def test_no_facing_no_order_no_lateral_film():
    one = film_records(spine()[:1], spine()[:1], spacing=[1, 1])
    assert {m.why for m in sagittal_measurements(one)} == {'facing_unknown'}
    frontal = film_records(spine(), spine(), spacing=[1, 1])
    for record in frontal:
        record.film['view'] = 'ap'
    assert sagittal_measurements(frontal) == []
    metrics = evaluate(frontal)
    assert metrics['disc_angle_number_deg'] == 0
    assert all(np.isnan(metrics[f'{kind}_MAE_{unit}']) for kind, unit in KINDS)


def test_a_prediction_is_measured_by_its_own_facing():
    metrics = evaluate(film_records(spine(), mirror(spine(), 640), spacing=[1, 1]))
    assert metrics['lordosis_L1_S1_MAE_deg'] == pytest.approx(0)
    # S1 before L5 and its plate falling the other way: what was front is back.
    predicted = spine()
    predicted[0] = mirror(predicted[:1], 200)[0]
    assert infer_facing(predicted)[0] == 'right'
    predicted[5, 0, 1] -= 60
    metrics = evaluate(film_records(spine(), predicted, spacing=[1, 1]))
    # The raised corner is then L1's back: 40 for the front's 40, 100 for the back's.
    assert metrics['height_anterior_MAE_mm/L1'] == pytest.approx(0)
    assert metrics['height_posterior_MAE_mm/L1'] == pytest.approx(60)


def test_phantoms_against_their_own_shape():
    for index in range(4):
        truth = make_truth(5, index, with_spacing=True)
        records = film_records(
            truth.corners, truth.corners, index, list(truth.pixel_spacing_mm),
            list(truth.levels),
        )  # fmt: skip
        found = sagittal_measurements(records)
        assert {m.why for m in found} <= {'measured', 'level_missing'}
        errors = [m.error for m in found if m.why == 'measured']
        assert len(errors) > 20
        np.testing.assert_allclose(errors, 0, atol=1e-9)
