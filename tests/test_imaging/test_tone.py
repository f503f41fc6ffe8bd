import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from spondylo_mmpose.imaging.tone import (
    levels,
    robust_window,
    stretch,
    to_eight_bits,
    to_grey,
)


def film(dtype=np.uint16):
    """1000 pixels, one of each level from 1000 to 1999."""
    return np.arange(1000, 2000).reshape(25, 40).astype(dtype)


def window(pixels):
    values, _, counts = levels(pixels)
    return robust_window(values, counts)


def test_half_a_percent_lies_outside_at_each_end():
    # Without 1000 and 1999 there are 998 levels; 4.99 of them may be cut off.
    assert window(film()) == (1005, 1994)


@pytest.mark.parametrize('border', [0, 1000, 65535])
def test_a_border_changes_nothing(border):
    # A border in the lowest or highest level, however wide, or beyond them.
    framed = np.pad(film(), 30, constant_values=border)
    low, high = window(framed)
    assert abs(low - 1005) <= 1
    assert abs(high - 1994) <= 1


def test_an_outlier_is_clipped():
    pixels = film()
    pixels[0, 0], pixels[0, 1] = 65535, 65000
    assert window(pixels)[1] <= 1999


def test_ends_and_middle_of_the_stretch():
    values = np.array([0, 10, 15, 20, 30])
    assert stretch(values, 10, 20).tolist() == [0, 0, 128, 255, 255]


def test_eight_bits_pass_unchanged():
    pixels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert to_eight_bits(pixels) is pixels


@pytest.mark.parametrize('dtype', [np.uint16, np.int16, np.int32, np.float32])
def test_depths_agree(dtype):
    expected = stretch(film(), 1005, 1994)
    assert (to_eight_bits(film(dtype)) == expected).all()


@pytest.mark.parametrize('level', [0, 7, 65535])
def test_constant_image_is_black(level):
    assert to_eight_bits(np.full((3, 4), level, np.uint16)).max() == 0


def test_two_levels_are_black_and_white():
    pixels = np.array([[5, 9], [9, 5]], np.uint16)
    assert to_eight_bits(pixels).tolist() == [[0, 255], [255, 0]]


def test_not_finite_is_black():
    pixels = film(np.float32)
    pixels[0, :3] = np.nan, np.inf, -np.inf
    shown = to_eight_bits(pixels)
    assert shown[0, :3].tolist() == [0, 0, 0]
    assert shown[-1, -1] == 255
    assert to_eight_bits(np.full((2, 2), np.nan)).max() == 0


@given(
    hnp.arrays(
        st.sampled_from([np.uint16, np.int16, np.int32, np.float32]),
        st.tuples(st.integers(1, 8), st.integers(1, 8)),
    )
)
def test_brighter_stays_brighter(pixels):
    shown = to_eight_bits(pixels)
    assert shown.dtype == np.uint8
    assert shown.shape == pixels.shape
    finite = np.isfinite(pixels)
    order = np.argsort(pixels[finite], kind='stable')
    assert (np.diff(shown[finite][order].astype(int)) >= 0).all()


@given(hnp.arrays(st.sampled_from([np.uint8, np.uint16]), (4, 5)))
def test_equal_channels_are_grey_as_they_are(grey):
    assert (to_grey(np.stack([grey] * 3, -1)) == grey).all()


def test_luma():
    primary = np.eye(3, dtype=np.uint8)[None] * 255
    assert to_grey(primary).tolist() == [[76, 150, 29]]
