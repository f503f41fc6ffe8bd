import numpy as np
import pytest

from spondylo_mmpose.evaluation import MeyerdingMetric
from spondylo_mmpose.evaluation.grading import quadratic_kappa
from spondylo_mmpose.evaluation.intervals import Bootstrap
from spondylo_mmpose.evaluation.slip_agreement import compare_slips
from spondylo_mmpose.evaluation.slip_intervals import _kappa_statistic, slip_intervals
from tests.test_evaluation.helpers import film_records, sample_of
from tests.test_evaluation.test_meyerding_metric import spine

FEW = Bootstrap(200)


def test_two_patients_by_hand():
    # One patient has both grades right and errors 0, the other both wrong and errors
    # 20. Each resample holds 0, 1 or 2 of the second: shares 100, 50, 0 %.
    limits = slip_intervals([0, 10, 0, 30], [0, 10, 20, 10], [0, 0, 1, 1], how=FEW)
    assert limits['grade_accuracy_low'] == 0
    assert limits['grade_accuracy_high'] == 100
    assert limits['slip_MAE_low'] == 0
    assert limits['slip_MAE_high'] == 20
    assert (limits['slip_bias_low'], limits['slip_bias_high']) == (0, 0)
    # Of the first alone kappa is 1; of the second (0, II) on (I, I) it is 0.
    assert limits['kappa_quadratic_low'] == pytest.approx(0)
    assert limits['kappa_quadratic_high'] == pytest.approx(1)
    # II or more has the second alone.
    assert np.isnan(limits['sensitivity_2_or_more_low'])


def test_pairs_of_one_patient_do_not_narrow_the_interval():
    rng = np.random.default_rng(0)
    true = rng.uniform(-10, 40, 30)
    found = true + rng.normal(0, 8, 30)
    once = slip_intervals(true, found, range(30), how=FEW)
    # Each pair three times over tells nothing new.
    thrice = slip_intervals(
        np.tile(true, 3), np.tile(found, 3), np.tile(range(30), 3), how=FEW
    )
    assert thrice == pytest.approx(once)
    values = compare_slips(true, found).metrics()
    for name in ('slip_MAE', 'kappa_quadratic', 'grade_accuracy', 'slip_within_5'):
        assert once[f'{name}_low'] < values[name] < once[f'{name}_high']


def test_kappas_of_draws_are_those_of_the_metric():
    rng = np.random.default_rng(4)
    for grades in (6, 2, 1):
        owners = rng.integers(0, 5, 40)
        true, found = rng.integers(0, grades, (2, 40)).astype(float)
        found[rng.random(40) < 0.2] = np.nan
        statistic, number = _kappa_statistic(true, found, owners)
        drawn = rng.integers(0, number, (2, 3, number))
        rows = [np.flatnonzero(owners == patient) for patient in range(number)]
        expected = [
            [
                quadratic_kappa(true[chosen], found[chosen])
                for chosen in (np.concatenate([rows[i] for i in d]) for d in line)
            ]
            for line in drawn
        ]
        np.testing.assert_allclose(statistic(drawn), expected)


def test_names_are_those_of_values_and_failures_count():
    true, found = [0, 10, 30, 60], [0, np.nan, np.inf, 60]
    limits = slip_intervals(true, found, [0, 0, 1, 1], how=FEW)
    names = {name.rsplit('_', 1)[0] for name in limits}
    assert names <= set(compare_slips(true, found).metrics())
    assert (limits['slip_MAE_low'], limits['slip_MAE_high']) == (0, 0)
    # Half of each patient's pairs.
    assert (limits['grade_accuracy_low'], limits['grade_accuracy_high']) == (50, 50)


def test_nothing_and_one_patient_have_no_interval():
    for limits in (
        slip_intervals([], [], [], how=FEW),
        slip_intervals([1, 2], [1, 3], [4, 4], how=FEW),
    ):
        assert limits
        assert np.isnan(list(limits.values())).all()


def test_metric_knows_films_of_one_patient():
    records = [
        record
        for film, predicted in ((1, spine(30, 10)), (2, spine(20, 10)))
        for record in film_records(spine(30, 10), predicted, film)
    ]

    def low(records):
        metric = MeyerdingMetric(intervals=True, resamples=200)
        metric.process({}, [sample_of(record) for record in records])
        return metric.evaluate(len(records))['clinical/grade_accuracy_low']

    assert low(records) == 50
    for record in records:
        record.film['patient_id'] = 'one'
    assert np.isnan(low(records))
