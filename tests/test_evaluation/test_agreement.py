import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spondylo_mmpose.evaluation.agreement import Share, agreement, share

# Peak flow by two meters, l/min: the worked example of Bland & Altman 1986, table 1.
WRIGHT = [
    494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427
]  # fmt: skip
MINI = [
    512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451
]  # fmt: skip


def test_the_example_of_bland_and_altman():
    found = agreement(np.subtract(WRIGHT, MINI))
    assert found.number == 17
    assert found.bias == pytest.approx(-2.1, abs=0.05)
    assert found.deviation == pytest.approx(38.8, abs=0.05)
    # The paper takes 2 for 1.96 and rounds on its way: its -79.7 and 75.5 are
    # 0.04 * 38.8 = 1.6 wider.
    low, high = found.limits
    assert low == pytest.approx(-79.7 + 1.6, abs=0.1)
    assert high == pytest.approx(75.5 - 1.6, abs=0.1)
    assert found.bias_interval == pytest.approx((-22.0, 17.8), abs=0.1)
    assert found.limit_intervals[0] == pytest.approx((-112.7, -43.5), abs=0.25)
    assert found.limit_intervals[1] == pytest.approx((39.3, 108.5), abs=0.25)


def test_errors_by_hand():
    found = agreement([-1, 3, 4])
    assert found.mean_absolute == pytest.approx(8 / 3)
    assert found.median_absolute == 3
    assert found.bias == 2
    # Deviations -3, 1, 2: 14 / 2 = 7.
    assert found.deviation == pytest.approx(np.sqrt(7))
    assert found.unmeasured_percent == 0


def test_what_was_not_measured_is_counted_and_widens_the_median():
    found = agreement([1, np.nan, np.inf, 2, 3])
    assert (found.number, found.unmeasured) == (5, 2)
    assert found.unmeasured_percent == 40
    assert found.mean_absolute == 2
    assert found.median_absolute == 3  # of 1, 2, 3, inf, inf
    assert agreement([1, np.nan]).median_absolute == np.inf


def test_too_few_values():
    one = agreement([4])
    assert (one.mean_absolute, one.bias) == (4, 4)
    assert np.isnan([one.deviation, *one.limits, *one.bias_interval]).all()
    none = agreement([])
    assert np.isnan([none.mean_absolute, none.median_absolute, none.bias]).all()
    assert np.isnan(none.unmeasured_percent)
    # There was something to measure: not NaN, which would say there was not.
    failed = agreement([np.nan])
    assert (failed.mean_absolute, failed.median_absolute) == (np.inf, np.inf)
    assert np.isnan(failed.bias)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_interval_by_its_formula(counts):
    hits, number = counts
    z, p = 1.959963984540054, hits / number
    middle = (p + z**2 / (2 * number)) / (1 + z**2 / number)
    half = z * np.sqrt(p * (1 - p) / number + z**2 / (4 * number**2))
    half /= 1 + z**2 / number
    low, high = Share(hits, number).interval
    assert low == pytest.approx(max(0, 100 * (middle - half)), abs=1e-9)
    assert high == pytest.approx(min(100, 100 * (middle + half)), abs=1e-9)
    assert low <= Share(hits, number).percent + 1e-9 <= high + 2e-9


def test_shares():
    assert share([True, False, True, True]) == Share(3, 4)
    assert Share(3, 4).percent == 75
    # Newcombe 1998, example: 81 of 263 gives 0.2553 to 0.3662.
    assert Share(81, 263).interval == pytest.approx((25.53, 36.62), abs=0.005)
    empty = share([])
    assert np.isnan([empty.percent, *empty.interval]).all()
