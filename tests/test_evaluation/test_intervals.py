import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spondylo_mmpose.evaluation.intervals import (
    Bootstrap,
    error_intervals,
    mean_statistic,
    patient_numbers,
    percentile_statistic,
    record_patients,
)
from spondylo_mmpose.evaluation.radial_error import summarise_errors
from tests.test_evaluation.helpers import film_records


def test_two_patients_by_hand():
    # Draws of two patients give the means 0, 5 and 10 with shares 1/4, 1/2 and 1/4: the
    # 2.5th percentile is 0, the 97.5th is 10, and the 30th and 70th are 5.
    statistic, patients = mean_statistic([0.0, 10.0], np.array([0, 1]))
    assert Bootstrap().interval(statistic, patients) == (0, 10)
    assert Bootstrap(confidence=0.4).interval(statistic, patients) == (5, 5)


def test_the_statistic_is_pooled_not_a_mean_of_means():
    # One patient with three corners of 4 px, one with a single corner of 0 px.
    statistic, patients = mean_statistic([[4, 4, 4], [0, np.nan, np.nan]], [7, 3])
    assert patients == 2
    assert statistic(np.array([[0, 1], [0, 0], [1, 1]])).tolist() == [3, 0, 4]


def test_more_corners_of_the_same_patients_say_nothing_new():
    errors = np.arange(10.0)
    one = error_intervals(errors, np.arange(10), (3,), 'px', Bootstrap())
    many = error_intervals(
        np.repeat(errors[:, None], 28, axis=1), np.arange(10), (3,), 'px', Bootstrap()
    )
    assert many['MRE_px_low'] == pytest.approx(one['MRE_px_low'])
    assert many['SDR@3px_high'] == pytest.approx(one['SDR@3px_high'])
    # Corners taken for patients of their own would seem to.
    flattering = error_intervals(
        np.repeat(errors, 28), np.arange(280), (), 'px', Bootstrap()
    )
    width = many['MRE_px_high'] - many['MRE_px_low']
    assert flattering['MRE_px_high'] - flattering['MRE_px_low'] < width / 3


@settings(max_examples=50, deadline=None)
@given(
    values=st.lists(
        st.tuples(
            st.integers(0, 4),
            st.one_of(st.integers(0, 30), st.sampled_from([np.inf, np.nan])),
        ),
        min_size=1,
        max_size=30,
    ),
    percent=st.sampled_from([0, 5, 50, 95, 100]),
    data=st.data(),
)
def test_statistics_are_those_of_the_drawn_values(values, percent, data):
    patients, errors = (np.array(v) for v in zip(*values, strict=True))
    known = sorted(set(patients[~np.isnan(errors.astype(float))].tolist()))
    means, number = mean_statistic(errors, patients)
    percentiles, _ = percentile_statistic(errors, patients, percent)
    assert number == len(known)
    if not known:
        return
    one = st.lists(st.integers(0, number - 1), min_size=number, max_size=number)
    drawn = np.array(data.draw(st.lists(one, min_size=1, max_size=4)))
    for row, mean, value in zip(drawn, means(drawn), percentiles(drawn), strict=True):
        pool = np.concatenate([errors[patients == known[i]] for i in row]).astype(float)
        pool = pool[~np.isnan(pool)]
        assert mean == pytest.approx(pool.mean())
        rank = (len(pool) - 1) * (percent / 100)
        around = np.sort(pool)[[int(np.floor(rank)), int(np.ceil(rank))]]
        if np.isinf(around[1]) and around[0] != around[1] and rank % 1:
            assert value == np.inf
        elif np.isfinite(around).all():
            finite = np.where(np.isinf(pool), 1e6, pool)
            assert value == pytest.approx(np.percentile(finite, percent))
        else:
            assert value == around[1 if rank % 1 else 0]


def test_fewer_than_two_patients_have_no_interval():
    for errors in ([[1.0, 2.0]], [[np.nan, np.nan]], np.empty((0, 4))):
        limits = error_intervals(
            errors, np.zeros(len(errors), int), (2,), 'mm', Bootstrap()
        )
        assert list(limits)[:2] == ['MRE_mm_low', 'MRE_mm_high']
        assert np.isnan(list(limits.values())).all()
    # The second patient has no corner that was measured.
    half = error_intervals([[1.0], [np.nan]], np.arange(2), (), 'px', Bootstrap())
    assert np.isnan(half['MRE_px_low'])


def test_limits_hold_the_value_and_are_named_after_it():
    errors = np.random.default_rng(3).rayleigh(3, (30, 4))
    patients = np.arange(30) // 3
    values = summarise_errors(errors, (2, 5))
    limits = error_intervals(errors, patients, (2, 5), 'px', Bootstrap(200))
    assert list(limits) == [f'{n}_{s}' for n in values for s in ('low', 'high')]
    for name, value in values.items():
        assert limits[f'{name}_low'] <= value <= limits[f'{name}_high']
    again = error_intervals(errors, patients, (2, 5), 'px', Bootstrap(200))
    assert again == limits


def test_a_lost_corner_reaches_the_limits():
    # Of ten patients one has a lost corner; he is drawn in 65 % of the resamples.
    errors = np.ones((10, 1))
    errors[4] = np.inf
    limits = error_intervals(errors, np.arange(10), (5,), 'px', Bootstrap())
    assert limits['MRE_px_low'] == 1
    assert limits['MRE_px_high'] == np.inf
    assert limits['median_px_high'] == 1
    assert limits['SDR@5px_low'] < 90 < limits['SDR@5px_high'] == 100


def test_patients_of_films():
    films = [
        {'file_name': 'a.png', 'patient_id': 'p1'},
        {'file_name': 'b.png', 'patient_id': None, 'group': 'g'},
        {'file_name': 'c.png', 'patient_id': 'p1'},
        {'file_name': 'd.png', 'group': 'g'},
        {'file_name': 'e.png'},
    ]
    assert patient_numbers(films).tolist() == [0, 1, 0, 1, 2]
    quads = np.zeros((2, 4, 2))
    records = [*film_records(quads, quads, 1), *film_records(quads, quads, 2)]
    assert record_patients(records).tolist() == [0, 0, 1, 1]
    for record in records:
        record.film['patient_id'] = 'p'
    assert record_patients(records).tolist() == [0, 0, 0, 0]
    assert record_patients([]).shape == (0,)
