import pytest

from spondylo_mmpose.uncertainty.normal_errors import normal_radius, normal_reach


def test_known_quantiles():
    assert normal_reach(0.95) == pytest.approx(1.9599640)
    # 1 - exp(-r^2 / 2) of errors in the plane lie within r.
    assert normal_radius(0.95) == pytest.approx(2.4477468)
