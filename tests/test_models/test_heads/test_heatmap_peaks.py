import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from spondylo_mmpose.decoding.heatmaps import fit_peaks
from spondylo_mmpose.models.heads.heatmap_peaks import find_peaks


def logits_of(places, height, width, sigma):
    x = torch.arange(width, dtype=torch.float64)
    y = torch.arange(height, dtype=torch.float64)
    places = torch.as_tensor(places, dtype=torch.float64)
    squares = (x - places[:, :1, None]) ** 2 + (y[:, None] - places[:, 1:, None]) ** 2
    return -squares / (2 * sigma**2)


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 19), st.floats(0, 14), st.floats(1.0, 3.0), st.floats(-50, 50))
def test_gaussians_are_found_exactly_up_to_the_border(x, y, sigma, offset):
    """Any width of theirs, and any constant added to the logits, which softmax eats."""
    peaks = find_peaks(logits_of([[x, y]], 15, 20, sigma) + offset)
    assert peaks.cells[0].tolist() == pytest.approx([x, y], abs=2e-3)


def test_leading_dimensions_stay():
    logits = logits_of([[3.3, 4.4], [1.0, 2.0], [6.2, 0.0], [0.1, 7.9]], 9, 8, 1.5)
    peaks = find_peaks(logits.reshape(2, 1, 2, 9, 8))
    assert peaks.cells.shape == (2, 1, 2, 2)
    assert peaks.mass.shape == (2, 1, 2)
    assert peaks.cells[1, 0, 1].tolist() == pytest.approx([0.1, 7.9], abs=1e-3)


def test_numpy_and_torch_fit_alike():
    """Also what is no Gaussian."""
    torch.manual_seed(0)
    logits = logits_of([[5.3, 6.1]] * 20, 12, 12, 1.5) + 0.1 * torch.randn(20, 12, 12)
    ours = find_peaks(logits.float(), reach=3)
    theirs, _ = fit_peaks(logits.exp().numpy(), sigma=2.0)
    assert np.abs(ours.cells.numpy() - theirs).max() < 1e-4


def test_without_sub_pixels_the_highest_cell_counts():
    peaks = find_peaks(logits_of([[3.3, 4.4]], 9, 8, 1.5), subpixel=False)
    assert peaks.cells[0].tolist() == [3, 4]


def test_mass_is_the_share_around_the_peak():
    logits = torch.full((1, 9, 9), -torch.inf)
    logits[0, 4, 4] = np.log(0.6)
    logits[0, 4, 5] = np.log(0.1)
    logits[0, 0, 0] = np.log(0.3)
    peaks = find_peaks(logits, reach=2)
    assert peaks.mass.item() == pytest.approx(0.7)
    assert peaks.mean[0].tolist() == pytest.approx([4 + 1 / 7, 4])


def test_the_mean_has_a_gradient():
    logits = logits_of([[3.3, 4.4]], 9, 8, 1.5).float().requires_grad_()
    find_peaks(logits).mean.sum().backward()
    assert logits.grad.abs().max() > 0
