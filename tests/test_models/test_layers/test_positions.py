import math

import pytest
import torch

from spondylo_mmpose.models.layers.positions import sine_positions


def test_values_are_those_of_the_formula():
    places = sine_positions(2, 3, 8).reshape(2, 3, 8)
    first, second = math.pi, math.pi * 1000**0.75
    y, x = 1.5 / 2, 0.5 / 3
    expected = [
        f(v * w) for v in (y, x) for f in (math.sin, math.cos) for w in (first, second)
    ]
    assert places[1, 0].tolist() == pytest.approx(expected, abs=1e-4)


def test_every_place_has_a_code_of_its_own():
    codes = sine_positions(16, 16, 32)
    apart = torch.cdist(codes, codes) + 10 * torch.eye(256)
    assert apart.min() > 0.1


def test_a_place_is_a_share_of_the_map():
    """The middle of a map is the middle, however many cells the map has."""
    small, large = sine_positions(3, 3, 16), sine_positions(9, 9, 16)
    assert torch.allclose(small[4], large[40], atol=1e-4)


def test_channels_come_in_fours():
    with pytest.raises(ValueError, match='multiple of 4'):
        sine_positions(2, 2, 6)
