import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spondylo_mmpose.evaluation.radial_error import radial_errors, summarise_errors


def test_distances_by_hand():
    predicted = [[[3, 4], [0, 0]], [[1, 1], [5, 12]]]
    true = [[[0, 0], [0, 0]], [[1, 1], [0, 0]]]
    assert radial_errors(predicted, true).tolist() == [[5, 0], [0, 13]]


def test_spacing_of_x_and_y_count_apart():
    # 3 px of 2 mm and 4 px of 0.5 mm: sqrt(36 + 4).
    error = radial_errors([3, 4], [0, 0], spacing=(2.0, 0.5))
    assert error == pytest.approx(np.sqrt(40))


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
            'SDR@2px': 60.0,
            'SDR@3px': 80.0,
            'SDR@24px': 100.0,
        }
    )


def test_nothing_measured_is_nan():
    summary = summarise_errors([np.nan, np.nan], (2, 2.5), 'mm')
    assert list(summary) == ['MRE_mm', 'median_mm', 'p95_mm', 'SDR@2mm', 'SDR@2.5mm']
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


@pytest.mark.real
@pytest.mark.parametrize(
    ('part', 'mre', 'sdr'),
    [
        ('train', 2.353, (60.46, 68.00, 73.61, 82.07)),
        ('test1', 2.363, (55.44, 63.82, 71.09, 81.47)),
    ],
)
def test_outside_oracle_isbi2015_junior_against_senior(real_data, part, mre, sdr):
    def points(reader):
        path = real_data / 'isbi2015_landmarks' / f'{part}_{reader}.csv'
        with path.open() as file:
            rows = [[float(value) for value in row[1:]] for row in csv.reader(file)]
        return np.array(rows).reshape(len(rows), -1, 2)

    errors = radial_errors(points('junior'), points('senior'))
    summary = summarise_errors(errors, (2, 2.5, 3, 4), 'mm')
    assert round(summary['MRE_mm'], 3) == mre
    rates = tuple(round(summary[f'SDR@{t:g}mm'], 2) for t in (2, 2.5, 3, 4))
    assert rates == sdr
