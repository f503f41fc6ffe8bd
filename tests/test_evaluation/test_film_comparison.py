from dataclasses import replace

import numpy as np
import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation import FilmClinicalMetric, SpineDetectionMetric
from spondylo_mmpose.evaluation.film_comparison import compare_pairs
from spondylo_mmpose.evaluation.film_pairs import pair_films
from tests.test_evaluation.film_helpers import column, film_of, prediction_of
from tests.test_evaluation.test_film_clinical_metric import PLATE, SPINE
from tests.test_evaluation.test_six_spines import FILMS, PREDICTIONS

TWO = column(0, 1)


def run(*found, **fields):
    """Films of two vertebrae, and what was found on each."""
    return [
        (film_of(f'{i}.png', TWO, **fields), prediction_of(f'{i}.png', quads))
        for i, quads in enumerate(found)
    ]


def test_values_by_hand():
    # First: all found and 4 px off; one missed, the other exact.
    # Second: all found, exact; all found, 8 px off.
    first = run(TWO + [0, 4], TWO[:1])
    second = run(TWO, TWO + [8, 0])
    found = compare_pairs(first, second, px_thresholds=(2, 5))
    assert (found.films, found.patients, found.vertebrae, found.corners) == (
        2,
        2,
        4,
        16,
    )
    assert (found.lost_first, found.lost_second) == (4, 0)
    recall = found.differences['recall']
    assert (recall.first, recall.second, recall.difference) == (75, 100, 25)
    assert (recall.low, recall.high) == (0, 50)
    assert found.differences['precision'].difference == 0
    f1 = found.differences['F1']
    assert (f1.first, f1.second) == pytest.approx((100 * 6 / 7, 100))
    assert found.differences['count_accuracy'].difference == 50
    assert found.differences['level_shift_rate'].difference == 0
    assert found.differences['AP'].difference == 25
    success = found.differences['SDR@2px']
    assert (success.first, success.second) == (25, 50)
    success = found.differences['SDR@5px']
    assert (success.first, success.second, success.low, success.high) == (
        75, 50, -50, 0
    )  # fmt: skip
    # The three vertebrae that both found.
    mre = found.differences['MRE_px_both_matched']
    assert (mre.first, mre.second) == pytest.approx((8 / 3, 8 / 3))
    assert np.isnan(found.differences['MRE_mm_both_matched'].first)
    # Corners that are bad, 5 px: first 0 and half, second none and all.
    assert (found.better_first, found.better_second) == (1, 0)


def test_signed_ranks_are_over_shares_of_bad_corners():
    # Of 2 vertebrae each run finds so many: the second wins by 1, 2, 1, 1 and loses 2.
    numbers = [(1, 2), (0, 2), (1, 2), (0, 1), (2, 0)]
    first, second = (run(*(TWO[: n[i]] for n in numbers)) for i in (0, 1))
    found = compare_pairs(first, second)
    assert (found.better_first, found.better_second) == (1, 4)
    # Ranks 2, 4.5, 2, 2 against 4.5.
    assert found.wilcoxon_statistic == 4.5
    assert compare_pairs(second, first).wilcoxon_p == found.wilcoxon_p


def test_the_values_are_those_of_the_metrics():
    runs = [
        pair_films(FILMS, PREDICTIONS),
        pair_films(FILMS, [replace(p, corners=p.corners + 1) for p in PREDICTIONS]),
    ]
    found = compare_pairs(runs[0], runs[1][::-1])
    metrics = [
        SpineDetectionMetric().summarise(pairs) | {
            name.removeprefix('clinical/'): value
            for name, value in FilmClinicalMetric().summarise(pairs).items()
        }
        for pairs in runs
    ]  # fmt: skip
    for name, value in found.differences.items():
        if not name.endswith(('_both_matched', '_both_measured')):
            both = value.first, value.second
            expected = metrics[0][name], metrics[1][name]
            assert both == pytest.approx(expected, nan_ok=True), name
    # Both runs match the same vertebrae here.
    matched = found.differences['MRE_px_both_matched']
    assert matched.first == pytest.approx(metrics[0]['MRE_px'])


def test_slips_over_pairs_that_both_measured():
    off = SPINE.copy()
    off[2] += 0.2 * PLATE

    def films(*found):
        return [
            (film_of(f'{i}.png', SPINE), prediction_of(f'{i}.png', quads))
            for i, quads in enumerate(found)
        ]

    found = compare_pairs(films(off, off), films(SPINE, SPINE[:2])).differences
    # L5-S1 of both and L4-L5 of the first film.
    slip = found['slip_MAE_both_measured']
    assert (slip.first, slip.second) == pytest.approx((20 / 3, 0))
    # 10 -> 30 is a wrong grade; so is one that was missed.
    assert found['grade_accuracy'].first == 50
    assert found['grade_accuracy'].second == 75


def test_mm_where_the_spacing_is_known():
    first = run(TWO + [0, 4], TWO, pixel_spacing_mm=(0.5, 0.5))
    second = run(TWO, TWO, pixel_spacing_mm=(0.5, 0.5))
    found = compare_pairs(first, second).differences
    assert found['MRE_mm_both_matched'].difference == -1
    assert found['SDR@2mm'].first == 100


def test_a_run_that_finds_nothing():
    found = compare_pairs(run(TWO, TWO), run(TWO[:0], TWO[:0]))
    assert found.differences['recall'].difference == -100
    for name in ('precision', 'MRE_px_both_matched'):
        assert np.isnan(found.differences[name].difference)
    film = [(film, None) for film, _ in run(TWO, TWO)]
    assert compare_pairs(run(TWO, TWO), film).differences['SDR@5px'].second == 0


def test_films_of_one_patient_count_once():
    pairs = [run(*quads, patient_id='p') for quads in ((TWO, TWO), (TWO[:1], TWO))]
    found = compare_pairs(*pairs)
    assert found.patients == 1
    assert np.isnan(found.differences['recall'].low)
    assert (found.better_first, found.better_second) == (1, 0)


def test_nothing_to_compare():
    found = compare_pairs([], [])
    assert (found.films, found.patients) == (0, 0)
    assert np.isnan(found.wilcoxon_p)
    assert np.isnan(found.differences['F1'].difference)


def test_other_films_and_other_truth_are_refused_by_name():
    with pytest.raises(SpondyloError, match=r'only the first run has 1\.png, 2\.png;'):
        compare_pairs(run(TWO, TWO, TWO), run(TWO))
    with pytest.raises(SpondyloError, match=r'only the second run has 1\.png;'):
        compare_pairs(run(TWO), run(TWO, TWO))
    moved = [(film_of('0.png', TWO + 1), prediction_of('0.png', TWO))]
    with pytest.raises(SpondyloError, match=r'corners or pixel spacings of 0\.png'):
        compare_pairs(run(TWO), moved)
    with pytest.raises(SpondyloError, match=r'spacings of 0\.png'):
        compare_pairs(run(TWO), run(TWO, pixel_spacing_mm=(1.0, 1.0)))
