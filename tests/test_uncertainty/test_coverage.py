import numpy as np
import pytest

from spondylo_mmpose.evaluation.intervals import Bootstrap
from spondylo_mmpose.uncertainty.calibrating import calibrate
from spondylo_mmpose.uncertainty.coverage import (
    Errors,
    check_coverage,
    deviation_values,
    reliability_bins,
)
from spondylo_mmpose.uncertainty.observed import observe
from spondylo_mmpose.uncertainty.reliability_figure import reliability_figure
from tests.test_uncertainty.helpers import samples

FEW = Bootstrap(resamples=50)


def errors_of(errors, stds, axes=1):
    number = len(errors)
    return Errors(
        np.array(errors, float),
        np.array(stds, float),
        np.array(['S1', 'others'] * number)[:number],
        np.arange(number),
        axes,
    )


def test_normal_quantiles():
    along, around = errors_of([1], [1]), errors_of([1], [1], axes=2)
    assert along.normal_quantile(0.95) == pytest.approx(1.959964)
    # Rayleigh: 1 - exp(-q**2 / 2).
    assert around.normal_quantile(0.95) == pytest.approx(2.447747)


def test_said_and_made_by_hand():
    stds = np.repeat(np.arange(1.0, 11), 2)
    made = np.repeat(np.arange(1.0, 11), 2)
    made[-1] *= 2
    order = np.random.default_rng(0).permutation(20)
    told = errors_of(made[order], stds[order])
    said, found = reliability_bins(told)
    assert said.tolist() == list(range(1, 11))
    assert found[:9].tolist() == list(range(1, 10))
    assert found[9] == pytest.approx(np.sqrt((100 + 400) / 2))
    values = deviation_values(told)
    assert values['ENCE'] == pytest.approx(10 * (np.sqrt(2.5) - 1))
    assert values['scale'] == pytest.approx(np.sqrt((19 + 4) / 20))
    assert values['spearman'] > 0.99
    halved = deviation_values(errors_of(made[order], stds[order], axes=2))
    assert halved['scale'] == pytest.approx(np.sqrt((19 + 4) / 40))


def test_what_cannot_be_measured_is_nan():
    few = deviation_values(errors_of([1.0] * 19, [1.0] * 19))
    assert np.isnan(list(few.values())).all()
    constant = deviation_values(errors_of(np.arange(20), np.ones(20)))
    assert np.isnan(constant['spearman'])
    assert np.isfinite(constant['ENCE'])


@pytest.fixture(scope='module')
def check():
    """Deviations told half as large as they are, errors with heavy tails."""
    how = dict(scale=2.0, freedom=4, gross=0.02)
    calibration = calibrate(observe(samples(150, seed=1, **how)))
    return check_coverage(
        calibration, observe(samples(200, seed=2, first=500, **how)), FEW
    )


def rows_of(check, **wanted):
    return [
        row
        for row in check.rows
        if all(getattr(row, name) == value for name, value in wanted.items())
    ]


def test_conformal_intervals_hold_on_new_patients(check):
    for of in ('corners', 'slips'):
        rows = rows_of(check, of=of, kind='all', method='conformal')
        assert [row.nominal for row in rows] == [50, 68, 80, 90, 95]
        for row in rows:
            # What 150 patients of validation and 200 of the test leave open.
            share = row.nominal / 100
            doubt = 100 * np.sqrt(share * (1 - share) * (1 / 150 + 1 / 200))
            assert row.actual == pytest.approx(row.nominal, abs=2 * doubt)
            assert row.low <= row.actual <= row.high
            assert row.patients == 200
    assert rows_of(check, of='corners', kind='all')[0].number == 4800
    assert rows_of(check, of='slips', kind='all')[0].number == 1000
    assert rows_of(check, of='slips', kind='S1')[0].number == 200


def test_told_deviations_are_seen_to_be_too_small(check):
    told, normal = (
        rows_of(check, of='corners', kind='all', method=method, nominal=50.0)[0]
        for method in ('told', 'normal')
    )
    assert told.actual < 25 < 45 < normal.actual
    assert normal.reach > 1.9 * told.reach
    assert rows_of(check, of='slips', method='told') == []
    assert check.values['corners_told/scale'] > 2 * check.values['corners/scale'] * 0.9
    assert check.values['corners/ENCE'] < check.values['corners_told/ENCE']
    assert 0.3 < check.values['corners/spearman'] < 0.7
    assert check.observed['pairs'] == 1000


def test_a_model_that_tells_nothing_is_checked_too():
    calibration = calibrate(observe(samples(60, seed=1, told=False)))
    found = check_coverage(
        calibration, observe(samples(40, seed=2, first=99, told=False)), FEW
    )
    assert found.told is None
    assert {row.method for row in found.rows} == {'normal', 'conformal'}
    assert 'corners_told/ENCE' not in found.values
    (row,) = rows_of(found, of='slips', kind='all', method='conformal', nominal=90.0)
    assert 80 < row.actual < 98


def test_normal_errors_are_not_called_conformal():
    calibration = calibrate(observe(samples(10, seed=1)), few_as_normal=True)
    found = check_coverage(calibration, observe(samples(9, seed=2, first=99)), FEW)
    assert found.method == 'normal'
    assert {row.method for row in found.rows} == {'told', 'normal'}
    (row,) = rows_of(found, of='slips', kind='all', method='normal', nominal=90.0)
    reach = calibration.slip_quantile(0.9) * np.median(found.slips.stds)
    assert row.reach == pytest.approx(reach)
    legend = reliability_figure(found).axes[0].get_legend()
    labels = [text.get_text() for text in legend.get_texts()]
    assert labels == ['as the model says', 'calibrated, normal', 'normal']


def test_a_film_without_pairs_has_no_slips():
    calibration = calibrate(observe(samples(10, seed=1)))
    films = samples(2, seed=2, first=99)
    for film in films:
        film['pred_instances']['bbox_scores'][1:] = 0
    found = check_coverage(calibration, observe(films), FEW)
    row = rows_of(found, of='slips', kind='all', method='conformal', nominal=50.0)[0]
    assert (row.number, row.patients) == (0, 0)
    assert np.isnan([row.actual, row.low, row.reach]).all()
    assert len(reliability_figure(found).axes) == 4


def test_the_picture_shows_all_four(check):
    figure = reliability_figure(check)
    assert [axes.get_title() for axes in figure.axes] == [
        '4800 corners', 'errors of corners', '1000 pairs', 'errors of slips',
    ]  # fmt: skip
    labels = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert labels == ['as the model says', 'calibrated, normal', 'conformal']
