import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from spondylo_mmpose.decoding.heatmaps import (
    cells_to_px,
    decode_heatmaps,
    find_candidates,
    find_logit_peaks,
    fit_offsets,
)
from spondylo_mmpose.models.heads.heatmap_peaks import find_candidates as theirs
from spondylo_mmpose.models.heads.heatmap_peaks import find_peaks


def gaussians(centres, size=32, sigma=2.0):
    y, x = np.mgrid[:size, :size]
    squares = [(x - a) ** 2 + (y - b) ** 2 for a, b in centres]
    return np.exp(-np.array(squares) / (2 * sigma**2))


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.1, 3.0]))
def test_logits_are_read_alike_by_numpy_and_torch(seed, noise):
    """Of Gaussians, of noisy ones, and of mere noise; at any place of the map."""
    rng = np.random.default_rng(seed)
    squares = -np.log(gaussians(rng.uniform(0, 15, (6, 2)), 16))
    logits = (rng.normal(0, 1, squares.shape) * noise - squares).astype(np.float32)
    logits = logits.reshape(3, 2, 16, 16)
    one, other = find_logit_peaks(logits), find_peaks(torch.from_numpy(logits))
    np.testing.assert_allclose(one.cells, other.cells.numpy(), atol=1e-5)
    np.testing.assert_allclose(one.mass, other.mass.numpy(), rtol=1e-5)


def test_without_sub_pixels_the_highest_cell_counts():
    logits = np.log(gaussians([(3.3, 4.4)], 9))
    assert find_logit_peaks(logits, subpixel=False).cells.tolist() == [[3, 4]]


@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_candidates_are_found_alike_by_numpy_and_torch(seed, count):
    logits = np.random.default_rng(seed).normal(0, 2, (2, 3, 20, 16))
    logits = logits.astype(np.float32)
    ours = find_candidates(logits, count)
    index, mass = theirs(torch.from_numpy(logits), count)
    assert np.array_equal(ours.cells, index.numpy())
    np.testing.assert_allclose(ours.mass, mass.numpy(), rtol=1e-4)
    at = ours.cells[..., -1]
    one = find_logit_peaks(logits, at=at)
    other = find_peaks(torch.from_numpy(logits), at=torch.from_numpy(at))
    # Of float32's seven digits differences of neighbours keep fewer, and the place
    # between cells is a quotient of these.
    np.testing.assert_allclose(one.cells, other.cells.numpy(), rtol=0, atol=1e-3)
    np.testing.assert_allclose(one.mass, other.mass.numpy(), rtol=1e-4)


def test_candidates_are_peaks_with_what_lies_around_them():
    shares = np.full((9, 12), 1e-9)
    shares[2, 3], shares[2, 4], shares[3, 3] = 0.3, 0.2, 0.1
    shares[6, 10] = 0.35
    shares /= shares.sum()
    told = find_candidates(np.log(shares), 4)
    assert told.cells[:2].tolist() == [2 * 12 + 3, 6 * 12 + 10]
    assert told.mass[:2] == pytest.approx([0.6 / 0.95, 0.35 / 0.95], abs=1e-6)
    assert (told.mass[2:] < 1e-6).all()


def test_the_fit_goes_where_it_is_sent():
    maps = gaussians([(7.3, 20.4), (22.6, 9.1)])
    logits = np.log(maps[0] + 0.5 * maps[1])
    at = np.array(9 * 32 + 23)
    told = find_logit_peaks(logits, at=at)
    assert told.cells == pytest.approx([22.6, 9.1], abs=0.02)
    higher = find_logit_peaks(logits)
    assert higher.cells == pytest.approx([7.3, 20.4], abs=0.02)
    assert higher.mass + told.mass < 1
    assert told.mass / higher.mass == pytest.approx(0.5, abs=0.02)


@given(st.integers(0, 2**32 - 1))
def test_one_formula_gives_one_answer_in_both_libraries(seed):
    rng = np.random.default_rng(seed)
    y, x = (grid.ravel() for grid in np.mgrid[-3:4, -3:4])
    widths = rng.uniform(1, 3, (20, 1))
    logs = -(x**2 + y**2) / (2 * widths**2) + rng.normal(0, 0.2, (20, 49))
    logs[rng.random(logs.shape) < 0.1] = -np.inf
    told = fit_offsets(logs, x, y)
    same = fit_offsets(*map(torch.from_numpy, (logs, x, y)), torch)
    assert told.dtype == np.float64
    assert same.dtype == torch.float64
    np.testing.assert_allclose(told, same.numpy(), atol=1e-7)


def test_the_given_maps_stay_as_they_are():
    logs = np.log(gaussians([(4, 4)], 9))[0].reshape(1, -1)
    before = logs.copy()
    y, x = (grid.ravel() - 4 for grid in np.mgrid[:9, :9])
    fit_offsets(logs, x, y)
    assert np.array_equal(logs, before)


def test_corners_are_in_the_px_of_a_crop_as_wide_as_its_frame():
    centres = np.array([[0, 0], [31, 15.5], [7.75, 31]])
    corners, scores = decode_heatmaps(gaussians(centres), 2.0, (64, 128))
    expected = centres / 31 * [64, 128]
    assert corners == pytest.approx(expected, abs=1e-6)
    assert scores == pytest.approx([1, np.exp(-(0.5**2) / 8), np.exp(-(0.25**2) / 8)])


def test_cells_are_squares_of_pixels():
    # The first of four px wide holds px 0 to 3, whose middle is 1.5.
    assert cells_to_px(np.array([0.0, 1.0]), 4).tolist() == [1.5, 5.5]
