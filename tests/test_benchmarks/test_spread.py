import pytest

from spondylo_mmpose.benchmarks.spread import ratios, spread_of


def test_spread():
    told = spread_of([3.0, 1.0, 8.0, 2.0])
    assert told.as_json() == {'median': 2.5, 'low': 1.0, 'high': 8.0, 'number': 4}
    with pytest.raises(ValueError, match='nothing was measured'):
        spread_of([])


def test_ratios_are_of_the_same_turn():
    told = ratios([4.0, 9.0, 10.0], [2.0, 3.0, 10.0])
    assert (told.median, told.low, told.high) == (2.0, 1.0, 3.0)
    with pytest.raises(ValueError):
        ratios([1.0, 2.0], [1.0])
