from dataclasses import replace

import numpy as np
import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation import MeyerdingMetric, RadialErrorMetric
from spondylo_mmpose.evaluation.comparison import compare_records
from tests.test_evaluation.helpers import film_records

QUAD = np.array([[10, 100], [60, 100], [10, 130], [60, 130]], float)
SPINE = np.array([QUAD, QUAD - [0, 50]])


def run(*errors, spacing=None):
    """Films of two vertebrae, all corners of a film off to the right alike."""
    return [
        record
        for film, error in enumerate(errors, 1)
        for record in film_records(SPINE, SPINE + [error, 0], film, spacing)
    ]


def test_values_by_hand():
    # Film 1 gets better by 2 px, film 2 worse by 1 px. Resamples of two films change
    # the MRE by -2, -0.5 and +1 px with shares 1/4, 1/2 and 1/4.
    found = compare_records(run(6, 3), run(4, 4), px_thresholds=(5,))
    assert (found.films, found.patients, found.vertebrae, found.corners) == (
        2,
        2,
        4,
        16,
    )
    assert (found.better_first, found.better_second) == (1, 1)
    assert list(found.differences)[:3] == ['MRE_px', 'median_px', 'SDR@5px']
    mre = found.differences['MRE_px']
    assert (mre.first, mre.second, mre.difference) == (4.5, 4, -0.5)
    assert (mre.low, mre.high) == (-2, 1)
    success = found.differences['SDR@5px']
    assert (success.first, success.second, success.difference) == (50, 100, 50)
    assert (success.low, success.high) == (0, 100)
    assert np.isnan(found.differences['MRE_mm'].difference)


def test_signed_ranks_by_hand():
    # Changes -1, -2, -3, -4, +5: the positive rank sum is 5, of 15 in all. Of the 32
    # ways to give signs, 10 give a sum of 5 or less: {}, 1, 2, 3, 4, 5, 12, 13, 14, 23.
    first, second = run(6, 6, 6, 6, 6), run(5, 4, 3, 2, 11)
    found = compare_records(first, second)
    assert found.wilcoxon_statistic == 5
    assert found.wilcoxon_p == pytest.approx(2 * 10 / 32)
    assert (found.better_first, found.better_second) == (1, 4)


def test_films_of_one_patient_count_once():
    first, second = run(6, 6, 6), run(4, 5, 7)
    for record in (*first, *second):
        record.film['patient_id'] = 'a' if record.film_id == '1.png' else 'b'
    found = compare_records(first, second)
    # Patient b's films of 5 and 7 px are 6 px on the mean, as in the first run.
    assert (found.films, found.patients) == (3, 2)
    assert (found.better_first, found.better_second) == (0, 1)


def test_the_values_are_those_of_the_metric():
    rng = np.random.default_rng(2)
    runs = [run(*rng.uniform(0, 12, 6), spacing=[0.25, 0.5]) for _ in range(2)]
    found = compare_records(*runs)
    metrics = [
        RadialErrorMetric().summarise(records) | MeyerdingMetric().summarise(records)
        for records in runs
    ]
    for name, value in found.differences.items():
        both = value.first, value.second
        expected = metrics[0][name], metrics[1][name]
        assert both == pytest.approx(expected, nan_ok=True), name
    back = compare_records(*runs[::-1])
    assert back.wilcoxon_p == pytest.approx(found.wilcoxon_p)
    assert back.differences['MRE_px'].low == pytest.approx(
        -found.differences['MRE_px'].high
    )


def test_order_of_the_records_does_not_matter():
    first, second = run(6, 3, 5), run(4, 4, 9)
    assert repr(compare_records(first, second)) == repr(
        compare_records(first[::-1], second[2:] + second[:2])
    )


def test_a_run_against_itself():
    found = compare_records(run(6, 3), run(6, 3))
    assert found.wilcoxon_p == 1
    assert found.differences['MRE_px'].low == found.differences['MRE_px'].high == 0


def test_lost_corners():
    first, second = run(6, 3, 2), run(4, 4, 1)
    second[0].predicted[0] = np.nan
    found = compare_records(first, second)
    assert (found.lost_first, found.lost_second) == (0, 1)
    assert found.differences['MRE_px'].difference == np.inf
    assert found.differences['MRE_px'].high == np.inf
    assert np.isfinite(found.differences['median_px'].high)
    # Changes +inf, +1, -1: ranks 3, 1.5 and 1.5.
    assert found.wilcoxon_statistic == 1.5
    assert (found.better_first, found.better_second) == (2, 1)
    # Lost by both, it decides nothing for them.
    first[0].predicted[0] = np.nan
    both = compare_records(first, second)
    assert np.isnan(both.differences['MRE_px'].difference)
    assert both.differences['SDR@24px'].difference == 0
    assert (both.better_first, both.better_second) == (1, 1)


def test_nothing_to_compare():
    found = compare_records([], [])
    assert found.films == found.patients == 0
    assert np.isnan(found.wilcoxon_p)
    assert np.isnan(found.differences['MRE_px'].first)


def test_other_films_and_vertebrae_are_refused_by_name():
    with pytest.raises(SpondyloError, match=r'of 2\.png the second run has vertebrae'):
        compare_records(run(1), run(1, 2))
    with pytest.raises(SpondyloError, match=r'of 3\.png the first run has vertebrae'):
        compare_records(run(1, 1, 1), run(1, 1, 1)[:-1])
    with pytest.raises(SpondyloError, match=r'1\.png, 2\.png, 3\.png and 2 more films'):
        compare_records(run(1, 1, 1, 1, 1), [])


def test_other_truth_is_refused_by_name():
    other = run(1, 1)
    other[3] = replace(other[3], true=other[3].true + 1)
    with pytest.raises(SpondyloError, match=r'corners or pixel spacings of 2\.png'):
        compare_records(run(1, 1), other)
    with pytest.raises(SpondyloError, match=r'spacings of 1\.png'):
        compare_records(run(1), run(1, spacing=[0.2, 0.2]))


def test_a_data_set_may_have_moved_but_joined_ones_keep_their_paths():
    moved = [replace(r, film_id=f'/elsewhere/{r.film_id}') for r in run(4, 4)]
    assert compare_records(run(6, 3), moved).films == 2
    joined = [replace(r, film_id=f'other/{r.film_id}') for r in run(2)]
    found = compare_records(run(6) + joined, run(5) + joined)
    assert found.films == 2
