"""Numbers that tell films of another kind, against spines laid out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spondylo_mmpose.screening.signals import SIGNALS, measure_signals
from spondylo_mmpose.spine.anatomy import mirror
from tests.test_film_report.helpers import BODY, found_in, spine

SHAPE = ('uneven_plates', 'uneven_steps', 'askew', 'wedges', 'misshapen')


def column(number=6, bodies=None):
    """Bodies right above each other, 80 px from centre to centre."""
    bodies = [BODY] * number if bodies is None else bodies
    return np.array(
        [
            body - body.mean(0) + (300, 500 - 80 * place)
            for place, body in enumerate(bodies)
        ]
    )


def turned(body, degrees):
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return (body - body.mean(0)) @ turn.T


def test_a_straight_column():
    measured = measure_signals(found_in(column()))
    assert set(measured) == set(SIGNALS)
    for name in SHAPE:
        assert measured[name] == pytest.approx(0, abs=1e-9)
    assert math.isnan(measured['deviation'])
    assert math.isnan(measured['scores'])


def test_bodies_askew():
    measured = measure_signals(found_in(column(bodies=[turned(BODY, 20)] * 6)))
    assert measured['askew'] == pytest.approx(20)
    assert measured['wedges'] == pytest.approx(0, abs=1e-9)


def test_wedges_open_without_being_askew():
    # Walls of 30 and 60 px, 60 px apart: both end plates rise by 15 over 60.
    wedge = np.array([[0, 0], [60, 15], [0, 60], [60, 45]], float)
    measured = measure_signals(found_in(column(bodies=[BODY, *[wedge] * 5])))
    assert measured['wedges'] == pytest.approx(2 * math.degrees(math.atan(15 / 60)))
    assert measured['askew'] == pytest.approx(0, abs=1e-9)


def test_uneven_end_plates():
    # Logarithms a, a, -a, -a, -a, -a, a, a lie about a level line: 8 a² over 8 - 2.
    # The lowest vertebra is no part of it.
    sizes = [3.0, 1.1, 1 / 1.1, 1 / 1.1, 1.1]
    measured = measure_signals(found_in(column(bodies=[BODY * s for s in sizes])))
    expected = math.log(1.1) * math.sqrt(8 / 6)
    assert measured['uneven_plates'] == pytest.approx(expected)


def test_plates_that_grow_evenly_are_even():
    bodies = [BODY * 0.95**place for place in range(5)]
    bodies = [body * [1, 0.5] for body in bodies]
    # Both plates of a body are alike, so that the line is not met quite.
    measured = measure_signals(found_in(column(bodies=bodies)))
    assert measured['uneven_plates'] < -math.log(0.95)


def test_uneven_steps():
    corners = column(5)
    # Steps of 80, 80 e, 80 e and 80: logarithms 0, 1, 1, 0 about a level line of 1/2.
    for place, shift in enumerate((0, 0, 80 * (math.e - 1), 160 * (math.e - 1))):
        corners[place, :, 1] -= shift
    corners[4, :, 1] -= 160 * (math.e - 1)
    measured = measure_signals(found_in(corners))
    assert measured['uneven_steps'] == pytest.approx(math.sqrt(4 * 0.25 / 2))


def test_misshapen_share():
    bodies = [BODY] * 5
    bodies[2] = BODY[[0, 1, 3, 2]]  # its walls cross
    assert measure_signals(found_in(column(bodies=bodies)))['misshapen'] == 0.2


def test_what_the_model_says_of_itself():
    told = measure_signals(
        found_in(
            column(),
            corner_std=np.full((6, 4), 5.0),
            corner_scores=np.full((6, 4), 0.75),
        )
    )
    assert told['deviation'] == pytest.approx(0.05)
    assert told['scores'] == pytest.approx(0.25)


def test_two_models_that_disagree():
    corners = column()  # of end plates of 100 px
    others = corners + np.array([12, 16])
    told = found_in(corners, finder_corners=others)
    assert measure_signals(told)['discord'] == pytest.approx(0.2)
    # A median: corners far off are disputed one by one.
    others[:2] += 400
    assert measure_signals(told)['discord'] == pytest.approx(0.2)
    others[2:] = np.nan
    assert measure_signals(told)['discord'] > 4
    others[:] = np.nan
    assert math.isnan(measure_signals(told)['discord'])
    assert math.isnan(measure_signals(found_in(corners))['discord'])


@pytest.mark.parametrize('number', [0, 1, 2])
def test_few_vertebrae_have_no_shape(number):
    told = measure_signals(
        found_in(column()[:number], corner_scores=np.full((number, 4), 0.75))
    )
    assert all(math.isnan(told[name]) for name in SHAPE)
    assert math.isnan(told['scores']) == (number == 0)


def test_three_vertebrae_have_too_few_steps():
    told = measure_signals(found_in(column(3)))
    assert math.isnan(told['uneven_steps'])
    assert told['askew'] == pytest.approx(0, abs=1e-9)


def test_vertebrae_that_lack_a_corner_are_passed_over():
    corners = column(bodies=[turned(BODY, 20)] * 6)
    corners[3, 0] = np.nan
    told = measure_signals(found_in(corners, corner_scores=np.full((6, 4), 0.5)))
    assert told['askew'] == pytest.approx(20)
    corners[:, 0] = np.nan
    assert all(math.isnan(v) for v in measure_signals(found_in(corners)).values())


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**31),
    st.integers(1, 9),
    st.floats(0, 400),
    st.floats(0.1, 10),
    st.floats(-500, 500),
)
def test_neither_side_nor_size_nor_place_matters(seed, number, noise, factor, shift):
    rng = np.random.default_rng(seed)
    corners = column(number) + rng.normal(0, noise + 1e-3, (number, 4, 2))
    std, scores = rng.uniform(1, 9, (number, 4)), rng.uniform(0, 1, (number, 4))
    told = measure_signals(found_in(corners, corner_std=std, corner_scores=scores))
    assert all(math.isnan(value) or value >= 0 for value in told.values())
    swapped = [1, 0, 3, 2]
    for other in (
        found_in(
            corners * factor + shift, corner_std=std * factor, corner_scores=scores
        ),
        found_in(
            mirror(corners, 640), corner_std=std[:, swapped], corner_scores=scores
        ),
    ):
        again = measure_signals(other)
        for name, value in told.items():
            assert again[name] == pytest.approx(value, rel=1e-5, abs=1e-5, nan_ok=True)


def test_a_spine_with_slips_is_nearly_even():
    told = measure_signals(found_in(spine()))
    assert told['misshapen'] == 0
    assert told['uneven_plates'] == pytest.approx(0, abs=1e-9)
    assert 0 < told['askew'] < 10
