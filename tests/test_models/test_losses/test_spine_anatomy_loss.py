import math

import pytest
import torch

from spondylo_mmpose.models.losses import SpineAnatomyLoss

PARTS = ('order_weight', 'parallel_weight', 'aspect_weight')


def only(part, **arguments):
    off = dict.fromkeys(PARTS, 0.0)
    return SpineAnatomyLoss(**{**off, part: 1.0}, loss_weight=1.0, **arguments)


def spine(number=3):
    """Level vertebrae of 40 x 25 px, one above the other."""
    quad = torch.tensor([[0.0, 0.0], [40.0, 0.0], [0.0, 25.0], [40.0, 25.0]])
    up = torch.tensor([0.0, -35.0]) * torch.arange(number)[:, None]
    return (quad + up[:, None] + torch.tensor([50.0, 200.0]))[None]


def all_of(corners):
    return torch.ones(corners.shape[:2])


def test_a_proper_spine_costs_nothing():
    corners = spine()
    assert SpineAnatomyLoss()(corners, all_of(corners)).item() == 0


def test_order_counts_heights_of_the_lower_vertebra():
    corners = spine()[:, [0, 2, 1]]
    # The middle one is now 35 px above the topmost: one of two pairs.
    assert only('order_weight')(corners, all_of(corners)).item() == pytest.approx(
        35 / 25 / 2, rel=1e-3
    )


def test_absent_vertebrae_count_nowhere():
    corners = spine()[:, [0, 2, 1]]
    present = torch.tensor([[1.0, 1.0, 0.0]])
    assert SpineAnatomyLoss()(corners, present).item() == 0


def test_end_plates_are_parallel_within_limits_but_for_s1():
    corners = spine()
    turn = math.radians(40)
    corners[0, 1, 3] = corners[0, 1, 2] + 40 * torch.tensor(
        [math.cos(turn), math.sin(turn)]
    )
    cost = only('parallel_weight', most_wedge=20)(corners, all_of(corners)).item()
    expected = (math.sin(turn) - math.sin(math.radians(20))) / 2
    assert cost == pytest.approx(expected, rel=2e-3)
    lowest = corners[:, [1, 0, 2]]
    assert only('parallel_weight')(lowest, all_of(lowest)).item() == 0


def test_aspect_has_two_limits():
    corners = spine()
    flat = corners * torch.tensor([4.0, 1.0])
    cost = only('aspect_weight', aspect=(0.7, 3.2))(flat, all_of(flat)).item()
    assert cost == pytest.approx(math.log(6.4 / 3.2), rel=2e-3)
    high = corners * torch.tensor([0.25, 1.0])
    cost = only('aspect_weight', aspect=(0.8, 3.2))(high, all_of(high)).item()
    assert cost == pytest.approx(math.log(0.8 / 0.4), rel=1e-2)


def test_collapsed_vertebrae_have_finite_gradients():
    corners = torch.zeros(1, 3, 4, 2, requires_grad=True)
    SpineAnatomyLoss()(corners, all_of(corners)).backward()
    assert torch.isfinite(corners.grad).all()
