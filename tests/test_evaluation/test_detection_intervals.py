import numpy as np
import pytest

from spondylo_mmpose.evaluation import SpineDetectionMetric
from spondylo_mmpose.evaluation.detection import compare_films
from spondylo_mmpose.evaluation.detection_intervals import (
    detection_intervals,
    precision_statistic,
)
from spondylo_mmpose.evaluation.detection_summary import (
    average_precision,
    film_rates,
    summarise_detections,
)
from spondylo_mmpose.evaluation.film_pairs import pair_films
from spondylo_mmpose.evaluation.intervals import Bootstrap, ratio_statistic
from tests.test_evaluation.film_helpers import column, film_of, prediction_of
from tests.test_evaluation.test_six_spines import FILMS, PREDICTIONS


@pytest.fixture
def six():
    return compare_films(pair_films(FILMS, PREDICTIONS))


def limits(values, name):
    return values[f'{name}_low'], values[f'{name}_high']


def test_two_films_by_hand():
    # Of 4 vertebrae 3 are found and one invented; of 2 both, 5 px off. Resamples are
    # one of the films twice (1/4 each) or both, so the limits are the films' own.
    outcomes = compare_films(
        [
            (film_of('a.png', column(0, 1, 2, 3)),
             prediction_of('a.png', column(0, 1, 2, 9), [0.9, 0.9, 0.9, 0.8])),
            (film_of('b.png', column(0, 1)),
             prediction_of('b.png', column(0, 1) + [3, 4])),
        ]
    )  # fmt: skip
    found = detection_intervals(outcomes, px_thresholds=(4, 5), mm_thresholds=(2,))
    assert limits(found, 'recall') == (75, 100)
    assert limits(found, 'precision') == (75, 100)
    assert limits(found, 'F1') == (75, 100)
    assert limits(found, 'false_positives_per_film') == (0, 1)
    # Wilson's of 2 of 2 and 0 of 2 patients: z² is 3.8415, and 2 / (2 + z²) 34.24 %.
    assert limits(found, 'count_accuracy') == pytest.approx((34.24, 100), abs=0.01)
    assert limits(found, 'level_shift_rate') == pytest.approx((0, 65.76), abs=0.01)
    assert limits(found, 'AP') == (75, 100)
    assert limits(found, 'MRE_px') == (0, 5)
    assert limits(found, 'SDR@4px') == (0, 75)
    assert limits(found, 'SDR@5px') == (75, 100)
    assert np.isnan(limits(found, 'SDR@2mm')).all()


def test_nothing_missed_says_as_much_as_there_are_patients():
    outcomes = compare_films(
        (film_of(f'{i}.png', column(0, 1), patient_id='p' if i else None),
         prediction_of(f'{i}.png', column(0, 1)))
        for i in range(3)
    )  # fmt: skip
    found = detection_intervals(outcomes, px_thresholds=(5,))
    for name in ('recall', 'precision', 'count_accuracy_off_border', 'SDR@5px'):
        # Three films of two patients.
        assert limits(found, name) == pytest.approx((34.24, 100), abs=0.01), name
    for name in ('F1', 'F1_off_border', 'AP'):
        assert np.isnan(limits(found, name)).all(), name


def test_every_value_that_is_no_count_has_limits_around_it(six):
    values = summarise_detections(six)
    found = detection_intervals(six)
    counts = {
        'films', 'films_predicted', 'films_matched', 'vertebrae', 'found', 'matched',
        'duplicates', 'swapped_sides', 'below_score_threshold', 'incomplete',
        'least_score',
    }  # fmt: skip
    named = {name for name in values if name.partition('/')[0] not in counts}
    assert {name.rpartition('_')[0] for name in found} == named
    for name in named:
        low, high = limits(found, name)
        if np.isnan(values[name]):
            assert np.isnan(low)
            assert np.isnan(high)
        else:
            assert low <= values[name] <= high, name


def test_statistics_of_everybody_are_the_pooled_values(six):
    everybody = np.arange(6)
    values = summarise_detections(six)
    for name, rate in film_rates(six).items():
        statistic, number = ratio_statistic(*rate, everybody)
        assert statistic(np.arange(number)) == pytest.approx(values[name])
    statistic, number = precision_statistic(six, everybody)
    assert statistic(everybody) == pytest.approx(values['AP'])


def test_the_average_precision_of_a_draw_is_that_of_its_films():
    rng = np.random.default_rng(5)
    outcomes = compare_films(
        (
            film_of(f'{i}.png', column(*range(4))),
            prediction_of(
                f'{i}.png', column(*rng.choice(9, 5, False)), rng.integers(0, 4, 5) / 4
            ),
        )
        for i in range(6)
    )
    statistic, _ = precision_statistic(outcomes, np.arange(6))
    drawn = rng.integers(0, 6, (2, 3, 6))
    expected = [
        [average_precision([outcomes[i] for i in draw]) for draw in row]
        for row in drawn
    ]
    np.testing.assert_allclose(statistic(drawn), expected)


def test_no_score_no_limits(six):
    bare = prediction_of('a.png', column(0), [np.nan])
    outcomes = [*six, *compare_films([(film_of('a.png', column(0)), bare)])]
    assert np.isnan(detection_intervals(outcomes)['AP_low'])


def test_patients_are_drawn_with_all_their_films():
    def films(patients):
        return compare_films(
            (film_of(f'{i}.png', column(0, 1), patient_id=p),
             prediction_of(f'{i}.png', column(*range(i % 3))))
            for i, p in enumerate(patients)
        )  # fmt: skip

    # Each patient finds 0, 1 and 2 of 2: whoever is drawn, half is found.
    found = detection_intervals(films(['p'] * 3 + ['q'] * 3 + ['r'] * 3))
    assert limits(found, 'recall') == (50, 50)
    low, high = limits(detection_intervals(films([None] * 9)), 'recall')
    assert low < 50 < high
    assert np.isnan(limits(detection_intervals(films(['p'] * 9)), 'recall')).all()


def test_the_metric_passes_its_bootstrap_on():
    metric = SpineDetectionMetric(intervals=True, resamples=50, seed=3)
    pairs = pair_films(FILMS, PREDICTIONS)
    values = metric.summarise(pairs)
    plain = SpineDetectionMetric().summarise(pairs)
    assert {name: values[name] for name in plain} == pytest.approx(plain, nan_ok=True)
    expected = detection_intervals(compare_films(pairs), how=Bootstrap(50, seed=3))
    assert {k: values[k] for k in expected} == pytest.approx(expected, nan_ok=True)
