import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spondylo_mmpose.evaluation import RadialErrorMetric
from spondylo_mmpose.evaluation.radial_error import (
    cumulative_errors,
    known_mean,
    radial_errors,
    summarise_errors,
    wall_heights,
)
from tests.test_evaluation.helpers import film_records


def test_distances_by_hand():
    predicted = [[[3, 4], [0, 0]], [[1, 1], [5, 12]]]
    true = [[[0, 0], [0, 0]], [[1, 1], [0, 0]]]
    assert radial_errors(predicted, true).tolist() == [[5, 0], [0, 13]]


def test_spacing_of_x_and_y_count_apart():
    # 3 px of 2 mm and 4 px of 0.5 mm: sqrt(36 + 4).
    error = radial_errors([3, 4], [0, 0], spacing=(2.0, 0.5))
    assert error == pytest.approx(np.sqrt(40))


def test_the_mean_of_known_values():
    assert known_mean([[1, np.nan], [4, 4]]) == 3
    assert known_mean([1, np.inf]) == np.inf
    assert np.isnan(known_mean([np.nan]))
    assert np.isnan(known_mean([]))


def test_missing_truth_is_nan_and_missing_prediction_is_lost():
    nan = np.nan
    errors = radial_errors(
        [[1, 1], [nan, 1], [nan, nan]], [[nan, 1], [1, 1], [nan, nan]]
    )
    assert np.isnan(errors[0])
    assert errors[1] == np.inf
    assert np.isnan(errors[2])


def test_summary_by_hand():
    # Mean (0+1+2+3+24)/5 = 6; the threshold itself counts as success.
    summary = summarise_errors([[0, 1, np.nan], [2, 3, 24]], (2, 3, 24))
    assert summary == pytest.approx(
        {
            'MRE_px': 6.0,
            'median_px': 2.0,
            'p95_px': 3 + 0.8 * 21,
            'MSE_px': (1 + 4 + 9 + 576) / 5,
            'SDR@2px': 60.0,
            'SDR@3px': 80.0,
            'SDR@24px': 100.0,
        }
    )


def test_nothing_measured_is_nan():
    summary = summarise_errors([np.nan, np.nan], (2, 2.5), 'mm')
    assert list(summary) == [
        'MRE_mm', 'median_mm', 'p95_mm', 'MSE_mm', 'SDR@2mm', 'SDR@2.5mm'
    ]  # fmt: skip
    assert all(np.isnan(value) for value in summary.values())


def test_a_lost_point_is_never_a_success():
    summary = summarise_errors([1, np.inf], (2, 1000))
    assert summary['MRE_px'] == np.inf
    assert summary['p95_px'] == np.inf
    assert summary['SDR@1000px'] == 50


@given(arrays(float, 20, elements=st.floats(0, 100)))
def test_success_rates_never_fall_with_the_threshold(errors):
    summary = summarise_errors(errors, (1, 2, 5, 10, 50, 100))
    rates = [summary[f'SDR@{t}px'] for t in (1, 2, 5, 10, 50, 100)]
    assert rates == sorted(rates)
    assert rates[-1] == 100


def test_cumulative_curve_by_hand():
    # Four known points: within 1 px two (the limit counts), within 3 px three.
    curve = cumulative_errors([[0, 1, np.nan], [3, np.inf, np.nan]], [0.5, 1, 3, 1e9])
    assert curve.tolist() == [25, 50, 75, 75]
    assert np.isnan(cumulative_errors([np.nan], [1, 2])).tolist() == [True, True]


@given(arrays(float, 12, elements=st.floats(0, 30)))
def test_cumulative_curve_runs_through_the_success_rates(errors):
    thresholds = (2, 5, 24)
    summary = summarise_errors(errors, thresholds)
    rates = [summary[f'SDR@{t}px'] for t in thresholds]
    assert cumulative_errors(errors, thresholds) == pytest.approx(rates)


def test_heights_by_hand():
    nan = np.nan
    quads = [
        # Left wall 3-4-5: 50 px; right wall 30 px.
        [[0, 0], [60, 0], [30, 40], [60, 30]],
        # No inferior left corner: the right wall alone.
        [[0, 0], [60, 0], [nan, nan], [60, 30]],
        # An end plate alone has no height, nor have four equal corners.
        [[0, 0], [60, 0], [nan, nan], [nan, nan]],
        [[5, 5], [5, 5], [5, 5], [5, 5]],
    ]
    assert wall_heights(quads) == pytest.approx([40, 30, nan, nan], nan_ok=True)
    assert wall_heights(np.empty((0, 4, 2))).shape == (0,)


@pytest.mark.real
@pytest.mark.parametrize(
    ('part', 'mre', 'sdr'),
    [
        ('train', 2.353, (60.46, 68.00, 73.61, 82.07)),
        ('test1', 2.363, (55.44, 63.82, 71.09, 81.47)),
    ],
)
def test_outside_oracle_isbi2015_junior_against_senior(real_data, part, mre, sdr):
    junior, senior = (isbi_points(real_data, part, r) for r in ('junior', 'senior'))
    summary = summarise_errors(radial_errors(junior, senior), (2, 2.5, 3, 4), 'mm')
    # The whole way of a film: px, a known spacing, records of four points. Points lie
    # on a grid of 0.1 mm and often at a threshold exactly; a power of two keeps it so.
    records = []
    for film, pair in enumerate(zip(junior, senior, strict=True)):
        px = [np.full((20, 2), np.nan) for _ in pair]
        for reader, points in zip(px, pair, strict=True):
            reader[: len(points)] = points * 4
        quads = [reader.reshape(5, 4, 2) for reader in px]
        records += film_records(quads[1], quads[0], film, spacing=[0.25, 0.25])
    metrics = RadialErrorMetric().summarise(records)
    assert metrics['corners_with_mm'] == junior[..., 0].size
    assert metrics['MRE_px'] == pytest.approx(4 * metrics['MRE_mm'])
    for values in (summary, metrics):
        assert round(values['MRE_mm'], 3) == mre
        rates = tuple(round(values[f'SDR@{t:g}mm'], 2) for t in (2, 2.5, 3, 4))
        assert rates == sdr


def isbi_points(real_data, part, reader):
    path = real_data / 'isbi2015_landmarks' / f'{part}_{reader}.csv'
    with path.open() as file:
        rows = [[float(value) for value in row[1:]] for row in csv.reader(file)]
    return np.array(rows).reshape(len(rows), -1, 2)
