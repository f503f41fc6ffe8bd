"""Six films whose faults are known, and what they are worth, worked out by hand.

    film      true  predicted                                found  matched
    a_moved      5  all, each corner off by (3, 4), so 5 px      5        5
    b_missed     5  places 0, 1 and 3, exactly                   3        3
    c_doubled    4  all exactly, place 3 once more, 2 px up      5        4
    d_extra      4  all exactly, one more above them             5        4
    e_shifted    5  all but the lowest, exactly                  4        4
    f_mirrored   5  all with left and right exchanged            5        5
                28                                              27       25

Vertebrae are 40 by 20 px and 30 px apart. Moved by (3, 4) one overlaps the true one by
37 * 16 / (1600 - 592) = 0.587; the double, moved by 2, by 18 / 22.
"""

import numpy as np
import pytest

from spondylo_mmpose.evaluation import PublishedSlotMetric, SpineDetectionMetric
from spondylo_mmpose.evaluation.detection import compare_films
from spondylo_mmpose.evaluation.detection_summary import summarise_detections
from spondylo_mmpose.evaluation.film_pairs import pair_films
from spondylo_mmpose.evaluation.matching import SIDES_SWAPPED
from spondylo_mmpose.evaluation.slots import summarise_slots
from tests.test_evaluation.film_helpers import (
    column,
    film_of,
    prediction_of,
    sample_of_film,
)

FIVE, FOUR = column(0, 1, 2, 3, 4), column(0, 1, 2, 3)
FILMS = [
    film_of('a_moved.png', FIVE, source='one'),
    film_of('b_missed.png', FIVE, source='one'),
    film_of('c_doubled.png', FOUR, source='one'),
    film_of('d_extra.png', FOUR, source='two'),
    film_of('e_shifted.png', FIVE, source='two'),
    film_of('f_mirrored.png', FIVE, source='two'),
]
PREDICTIONS = [
    prediction_of('a_moved.png', FIVE + [3, 4]),
    prediction_of('b_missed.png', column(0, 1, 3)),
    # The double is less sure than all others, the extra vertebra surer.
    prediction_of(
        'c_doubled.png',
        np.concatenate([FOUR, column(3) - [0, 2]]),
        [0.9, 0.9, 0.9, 0.9, 0.6],
    ),
    prediction_of('d_extra.png', FIVE, [0.9, 0.9, 0.9, 0.9, 0.95]),
    prediction_of('e_shifted.png', column(1, 2, 3, 4)),
    prediction_of('f_mirrored.png', FIVE[:, SIDES_SWAPPED]),
]

DETECTION = {
    'films': 6,
    'films_predicted': 6,
    'films_matched': 6,
    'vertebrae': 28,
    'found': 27,
    'matched': 25,
    'precision': 100 * 25 / 27,
    'recall': 100 * 25 / 28,
    'F1': 100 * 2 * 25 / (27 + 28),
    # The double and the extra vertebra.
    'false_positives_per_film': 2 / 6,
    'duplicates': 1,
    # a and f.
    'count_accuracy': 100 * 2 / 6,
    # e: all four are one too low. In b one of three is off (place 3 is counted as 2);
    # in c and d what is too much lies above.
    'level_shift_rate': 100 / 6,
    # f.
    'swapped_sides': 5,
    # Matched corners: 20 of 5 px (a), 20 of 40 px (f), 60 exact: 900 / 100.
    'MRE_px': 9.0,
    'median_px': 0.0,
    'p95_px': 40.0,
    # Of all 28 * 4 = 112 true corners.
    'SDR@4px': 100 * 60 / 112,
    'SDR@5px': 100 * 80 / 112,
    'SDR@24px': 100 * 80 / 112,
    # Score 0.95: one wrong. 0.9: 25 of 26 right, recall 25/28. 0.6: recall stays.
    'AP': 100 * 25 / 28 * 25 / 26,
    'below_score_threshold': 0,
    'incomplete': 0,
    # a, b, c: 14 true, 13 found, 12 matched; MRE 100 px / 48 corners.
    'recall/one': 100 * 12 / 14,
    'precision/one': 100 * 12 / 13,
    'MRE_px/one': 100 / 48,
    'level_shift_rate/one': 0.0,
    'films/one': 3,
    # d, e, f: 14 true, 14 found, 13 matched.
    'recall/two': 100 * 13 / 14,
    'precision/two': 100 * 13 / 14,
    'level_shift_rate/two': 100 / 3,
}

# True and predicted vertebrae numbered from the top; error of each, all four corners
# alike:
#   a  5 5 5 5 5
#   b  30 60 60, two slots without a prediction
#   c  2 30 30 30 (the double is the topmost), one slot beyond
#   d  30 30 30 30, one slot beyond
#   e  0 0 0 0, one slot without a prediction
#   f  40 40 40 40 40
SLOTS = {
    'films': 6,
    'vertebrae': 28,
    'corners': 112,
    'slots_without_prediction': 3,
    'slots_beyond_truth': 2,
    # (25 + 150 + 92 + 120 + 0 + 200) / 25
    'MRE_px512': 587 / 25,
    # a's five, c's first and e's four.
    'SDR@6px512': 100 * 10 / 28,
    'SDR@24px512': 100 * 10 / 28,
    # Means of the films: 5, 50, 23, 30, 0, 40.
    'film_mean_MRE_px512': 148 / 6,
    # 1, 0, 1/4, 0, 4/5, 0
    'film_mean_SDR@6px512': 100 * 2.05 / 6,
    # Numbered from the lowest: a as before, b 0 0 30, c and d 0 0 0 0, e 30 30 30 30,
    # f 40 five times: (25 + 30 + 120 + 200) / 25
    'lowest_MRE_px512': 15.0,
    'lowest_SDR@6px512': 100 * 15 / 28,
}


def chosen(values, expected):
    return {name: values[name] for name in expected}


def test_detection():
    values = summarise_detections(compare_films(pair_films(FILMS, PREDICTIONS)))
    assert chosen(values, DETECTION) == pytest.approx(DETECTION)
    # No spacing is known.
    assert np.isnan(values['MRE_mm'])
    assert np.isnan(values['SDR@2mm'])


def test_film_by_film():
    outcomes = compare_films(pair_films(FILMS, PREDICTIONS))
    assert [o.is_shifted for o in outcomes] == [False] * 4 + [True, False]
    assert [o.false_positives for o in outcomes] == [0, 0, 1, 1, 0, 0]
    assert [o.duplicates for o in outcomes] == [0, 0, 1, 0, 0, 0]
    assert [o.swapped_sides for o in outcomes] == [0, 0, 0, 0, 0, 5]
    assert [o.shifts.tolist() for o in outcomes] == [
        [0] * 5, [0, 0, -1], [0] * 4, [0] * 4, [-1] * 4, [0] * 5
    ]  # fmt: skip


def test_slots():
    values = summarise_slots(pair_films(FILMS, PREDICTIONS))
    assert chosen(values, SLOTS) == pytest.approx(SLOTS)


@pytest.mark.parametrize(
    ('metric', 'prefix', 'expected'),
    [
        (SpineDetectionMetric, 'spine/', DETECTION),
        (PublishedSlotMetric, 'published_slot/', SLOTS),
    ],
)
@pytest.mark.parametrize(
    'batches', [[range(6)], [[5], [3, 1], [0, 2, 4]], [[4, 2, 2, 0], [1, 5, 3, 5]]]
)
def test_metrics_whatever_the_batches(metric, prefix, expected, batches):
    samples = [sample_of_film(*pair) for pair in zip(FILMS, PREDICTIONS, strict=True)]
    metric = metric()
    for batch in batches:
        metric.process({}, [samples[i] for i in batch])
    values = metric.evaluate(sum(len(batch) for batch in batches))
    assert all(name.startswith(prefix) for name in values)
    named = {prefix + name: value for name, value in expected.items()}
    assert chosen(values, named) == pytest.approx(named)
