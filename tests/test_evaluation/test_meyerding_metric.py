import numpy as np
import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation import MeyerdingMetric
from spondylo_mmpose.evaluation.clinical import slip_pairs
from spondylo_mmpose.spine.anatomy import mirror
from tests.test_evaluation.helpers import film_records, sample_of


def spine(slip_upper=0.0, slip_lower=0.0):
    """S1, L5, L4 facing left with level 100 px plates; slips in px are percent.

    S1 lies behind L5 by its tilted lower edge only: the slips are along y = const.
    """
    s1 = np.array([[100, 302], [200, 300], [150, 340], [200, 340]], float)
    # A plate falling 2 px forward keeps the facing decidable; slips change by 0.02 %.
    l5 = np.array([[100, 230], [200, 230], [100, 290], [200, 290]], float)
    l5[:, 0] -= slip_lower
    l4 = l5 - [slip_upper, 70]
    return np.array([s1, l5, l4])


def evaluate(records, **arguments):
    metric = MeyerdingMetric(**arguments)
    metric.process({}, [sample_of(record) for record in records])
    return metric.evaluate(len(records))


def test_perfect_prediction():
    metrics = evaluate(film_records(spine(30, 10), spine(30, 10)))
    assert metrics['clinical/slip_MAE'] == 0
    assert metrics['clinical/grade_accuracy'] == 100
    assert metrics['clinical/pairs'] == 2
    assert metrics['clinical/pairs_graded_1_or_more'] == 2
    assert metrics['clinical/no_slip_threshold'] == 5
    assert metrics['clinical/facing_agreement'] == 100


def test_errors_by_hand():
    # L4-L5: true 30 (II), predicted 20 (I): error -10. L5-S1 is right.
    metrics = evaluate(film_records(spine(30, 10), spine(20, 10)))
    assert metrics['clinical/slip_MAE'] == pytest.approx(5)
    assert metrics['clinical/slip_bias'] == pytest.approx(-5)
    assert metrics['clinical/slip_MAE/L4-L5'] == pytest.approx(10)
    assert metrics['clinical/slip_MAE/L5-S1'] == pytest.approx(0)
    assert metrics['clinical/grade_accuracy'] == pytest.approx(50)
    assert metrics['clinical/grade_accuracy/L4-L5'] == 0
    # Differences -10 and 0: SD with n - 1 is sqrt(50).
    assert metrics['clinical/slip_SD'] == pytest.approx(np.sqrt(50))


def test_threshold_moves_the_grade():
    records = film_records(spine(4, 10), spine(6, 10))
    assert evaluate(records)['clinical/grade_accuracy'] == 50
    assert evaluate(records, no_slip_threshold=3)['clinical/grade_accuracy'] == 100


def test_mirrored_film_has_the_same_values():
    true, predicted = mirror(spine(30, 10), 640), mirror(spine(20, 10), 640)
    assert evaluate(film_records(true, predicted)) == pytest.approx(
        evaluate(film_records(spine(30, 10), spine(20, 10))), nan_ok=True
    )


def test_gap_in_the_spine_is_no_pair():
    records = film_records(spine(30, 10), spine(20, 10))
    del records[1]
    assert slip_pairs(records) == []
    metrics = evaluate(records)
    assert metrics['clinical/pairs'] == 0
    assert np.isnan(metrics['clinical/slip_MAE'])
    assert np.isnan(metrics['clinical/grade_accuracy'])


def test_prediction_that_cannot_be_measured_counts_as_wrong():
    predicted = spine(30, 10)
    predicted[2] = np.nan
    metrics = evaluate(film_records(spine(30, 10), predicted))
    assert metrics['clinical/grade_accuracy'] == 50
    # L5-S1 is right; the failure is told beside the mean and is in the shares.
    assert metrics['clinical/slip_MAE'] == 0
    assert metrics['clinical/slip_unmeasured'] == 1
    assert metrics['clinical/slip_unmeasured_percent'] == 50
    assert metrics['clinical/slip_within_10'] == 50
    assert metrics['clinical/slip_median'] == np.inf
    assert metrics['clinical/slip_MAE/L4-L5'] == np.inf
    assert np.isnan(metrics['clinical/slip_bias/L4-L5'])


def test_truth_that_cannot_be_measured_is_left_out():
    true = spine(30, 10)
    true[2, 3] = np.nan
    metrics = evaluate(film_records(true, spine(30, 10)))
    assert metrics['clinical/pairs'] == 1


def test_levels_come_in_the_order_upward_with_few_values_each():
    metrics = evaluate(film_records(spine(30, 10), spine(20, 10)))
    named = [key for key in metrics if key.startswith('clinical/pairs/')]
    assert named == ['clinical/pairs/L5-S1', 'clinical/pairs/L4-L5']
    assert metrics['clinical/sensitivity_2_or_more/L4-L5'] == 0
    assert metrics['clinical/sensitivity_1_or_more/L4-L5'] == 100
    assert 'clinical/grade_accuracy_CI_low' in metrics
    assert 'clinical/grade_accuracy_CI_low/L4-L5' not in metrics
    assert all(isinstance(value, (int, float)) for value in metrics.values())


def test_details_by_level():
    records = film_records(spine(30, 10), spine(20, 10))
    details = MeyerdingMetric(no_slip_threshold=4).details(records)
    assert 'below 4 %' in details['rules']['no_slip']
    assert list(details['levels']) == ['L5-S1', 'L4-L5']
    # True II, predicted I.
    assert details['levels']['L4-L5']['confusion']['pairs'][2][1] == 1
    assert np.sum(details['all']['confusion']['pairs']) == 2


@pytest.mark.parametrize('threshold', [-1, 25.5, np.nan])
def test_a_senseless_threshold_is_refused(threshold):
    with pytest.raises(SpondyloError, match='no_slip_threshold'):
        MeyerdingMetric(no_slip_threshold=threshold)
