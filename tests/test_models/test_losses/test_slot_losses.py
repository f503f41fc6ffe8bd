"""Heatmaps, presence, coordinates and variances of slots."""

import math

import pytest
import torch

from spondylo_mmpose.models.losses import (
    CornerCoordinateLoss,
    CornerVarianceLoss,
    SlotHeatmapLoss,
    SlotPresenceLoss,
)
from spondylo_mmpose.models.losses.reductions import gaussians, weighted_mean

CELLS = torch.tensor([[[[3.3, 4.6], [10.0, 4.2], [3.1, 9.5], [9.7, 9.0]]]])
ONES = torch.ones(1, 1, 4)


def gaussian_logits(cells, sigma, size=14):
    line = torch.arange(size)
    across = (line - cells[..., :1]) ** 2
    down = (line - cells[..., 1:]) ** 2
    return -(down[..., :, None] + across[..., None, :]) / (2 * sigma**2)


def test_the_mean_counts_what_has_weight():
    values = torch.tensor([1.0, torch.nan, 5.0])
    assert weighted_mean(values, torch.tensor([1.0, 0.0, 3.0])).item() == 4
    assert weighted_mean(values, torch.zeros(3)).item() == 0


def test_gaussians_sum_to_one_at_the_border_too():
    shares, entropy = gaussians(torch.tensor([0.0, 6.5]), 14, 1.5)
    assert shares.sum(-1).tolist() == pytest.approx([1, 1])
    assert shares[1, 6] == shares[1, 7]
    # A wide Gaussian's entropy is log(sigma * sqrt(2 pi e)).
    assert entropy[1].item() == pytest.approx(math.log(1.5 * 4.1327), abs=0.01)


def test_a_perfect_heatmap_costs_nothing():
    loss = SlotHeatmapLoss(sigma=1.5)
    logits = gaussian_logits(CELLS, 1.5) + 7
    assert loss(logits, CELLS, ONES).item() == pytest.approx(0, abs=1e-5)
    assert loss(gaussian_logits(CELLS, 2.5), CELLS, ONES).item() > 0.1


def test_a_heatmap_that_knows_nothing_costs_what_it_misses():
    loss = SlotHeatmapLoss(sigma=1.0)
    centre = torch.full((1, 1, 4, 2), 6.5)
    cost = loss(torch.zeros(1, 1, 4, 14, 14), centre, ONES).item()
    # log of the cells minus the entropy of the Gaussian.
    assert cost == pytest.approx(math.log(196) - 2 * math.log(4.1327), abs=1e-3)


def test_absent_vertebrae_give_no_heatmap_loss():
    """Nor a gradient, whatever their corners are."""
    loss = SlotHeatmapLoss()
    cells = CELLS.expand(1, 2, 4, 2).clone()
    cells[:, 1] = torch.nan
    weights = torch.ones(1, 2, 4)
    weights[:, 1] = 0
    logits = torch.randn(1, 2, 4, 14, 14, requires_grad=True)
    cost = loss(logits, cells, weights)
    alone = loss(logits[:, :1], cells[:, :1], weights[:, :1])
    assert cost.item() == pytest.approx(alone.item())
    cells[:, 1] = 0
    loss(logits, cells, weights).backward()
    assert logits.grad[:, 0].abs().max() > 0
    assert not logits.grad[:, 1].any()


def test_presence_is_a_cross_entropy_of_what_is_known():
    logits = torch.tensor([[0.0, 2.0, -30.0]])
    presence = torch.tensor([[1.0, 0.0, 1.0]])
    weights = torch.tensor([[1.0, 1.0, 0.0]])
    expected = (math.log(2) + math.log(1 + math.exp(2))) / 2
    assert SlotPresenceLoss()(logits, presence, weights).item() == pytest.approx(
        expected
    )


def test_coordinates_of_a_symmetric_heatmap_are_right():
    centred = CELLS.round()
    loss = CornerCoordinateLoss(reach=3)
    assert loss(gaussian_logits(centred, 1.0), centred, ONES).item() < 1e-6


def test_coordinates_are_pulled_to_the_corner():
    loss = CornerCoordinateLoss(reach=3, beta=0.2)
    cells = torch.full((1, 1, 4, 2), 6.0)
    off = cells + torch.tensor([0.5, 0.0])
    logits = gaussian_logits(off, 0.8).requires_grad_()
    cost = loss(logits, cells, ONES)
    # Smooth L1 of half a cell along x, 0.5 - 0.2 / 2.
    assert cost.item() == pytest.approx(0.4, abs=0.02)
    cost.backward()
    # Cells left of the corner are to be raised.
    assert logits.grad[0, 0, 0, 6, 5] < 0 < logits.grad[0, 0, 0, 6, 8]


def test_a_corner_elsewhere_is_left_to_the_heatmap_loss():
    loss = CornerCoordinateLoss(reach=2)
    logits = gaussian_logits(torch.full((1, 1, 4, 2), 12.0), 0.6).requires_grad_()
    cost = loss(logits, torch.full((1, 1, 4, 2), 2.0), ONES)
    cost.backward()
    assert cost.item() < 1e-6
    assert torch.isfinite(logits.grad).all()


def test_the_variance_that_costs_least_is_the_errors_own():
    loss = CornerVarianceLoss(loss_weight=1.0)
    corners, truth = torch.zeros(1, 1, 4, 2), torch.zeros(1, 1, 4, 2)
    truth[..., 0], truth[..., 1] = 3, 4
    told = torch.linspace(1, 4, 301)
    costs = [loss(torch.full((1, 1, 4), s), corners, truth, ONES).item() for s in told]
    # 25 px² over two axes.
    best = told[costs.index(min(costs))].item()
    assert best == pytest.approx(math.log(12.5), abs=0.02)
    one = torch.full((1, 1, 4), 1.0)
    assert loss(one, corners, truth, ONES).item() == pytest.approx(1 + 12.5 / math.e)


def test_variances_teach_no_corners_and_outliers_are_bounded():
    loss = CornerVarianceLoss(largest=10, loss_weight=1.0)
    corners = torch.zeros(1, 1, 4, 2, requires_grad=True)
    told = torch.zeros(1, 1, 4, requires_grad=True)
    cost = loss(told, corners, torch.full((1, 1, 4, 2), 500.0), ONES)
    cost.backward()
    assert cost.item() == pytest.approx(50)
    assert corners.grad is None
    assert told.grad.abs().min() > 0


@pytest.mark.parametrize('kind', [SlotHeatmapLoss, CornerCoordinateLoss])
def test_weights_are_factors(kind):
    logits = gaussian_logits(CELLS + 0.4, 1.2)
    whole = kind(loss_weight=1.0)(logits, CELLS, ONES)
    half = kind(loss_weight=0.5)(logits, CELLS, ONES)
    assert half.item() == pytest.approx(whole.item() / 2)
