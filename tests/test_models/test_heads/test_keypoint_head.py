import math

import pytest
import torch

from spondylo_mmpose.models.heads import KeypointHead


def small(**settings):
    torch.manual_seed(0)
    head = KeypointHead(in_channels=8, num_convs=2, conv_channels=16, **settings)
    head.init_weights()
    return head


def test_fourteen_features_give_fifty_six_positions():
    assert small()(torch.zeros(3, 8, 14, 14)).shape == (3, 4, 56, 56)
    assert small()(torch.zeros(0, 8, 14, 14)).shape == (0, 4, 56, 56)


def test_the_default_is_the_branch_of_the_paper():
    head = KeypointHead()
    convs = [layer for layer in head.convs if isinstance(layer, torch.nn.Conv2d)]
    assert [c.out_channels for c in convs] == [512] * 8
    assert {c.kernel_size for c in convs} == {(3, 3)}
    assert head.deconv.stride == (2, 2)
    assert head.spread is False


REGIONS = torch.tensor([[0.0, 0.0, 4.0, 4.0]])
CORNERS = torch.tensor([[[0.5, 0.5], [3.5, 0.5], [0.5, 3.5], [9.0, 3.5]]])


def test_loss_by_hand():
    logits = torch.zeros(1, 4, 4, 4)
    logits[0, 0, 0, 0] = math.log(15)  # probability 15 / 30 where the corner is
    weights = torch.tensor([[1.0, 1.0, 0.0, 1.0]])
    loss = small().loss(logits, REGIONS, CORNERS, weights)['loss_keypoint']
    # The third corner has no label and the fourth is outside; two are left.
    assert loss.item() == pytest.approx((math.log(2) + math.log(16)) / 2)


def test_shared_target_costs_its_entropy_at_best():
    logits = torch.full((1, 1, 4, 4), -60.0)
    logits[0, 0, 1, 1] = math.log(3)
    logits[0, 0, 1, 2] = 0.0
    corner = torch.tensor([[[1.75, 1.5]]])  # three quarters and one quarter
    loss = small(spread=True).loss(logits, REGIONS, corner, torch.ones(1, 1))
    best = -0.75 * math.log(0.75) - 0.25 * math.log(0.25)
    assert loss['loss_keypoint'].item() == pytest.approx(best, abs=1e-5)


def test_no_labelled_corner_costs_nothing_and_keeps_the_graph():
    head = small()
    features = torch.randn(2, 8, 14, 14)
    losses = head.loss(
        head(features), REGIONS.expand(2, 4), CORNERS.expand(2, 4, 2), torch.zeros(2, 4)
    )
    losses['loss_keypoint'].backward()
    assert losses['loss_keypoint'].item() == 0
    assert all((p.grad == 0).all() for p in head.parameters())


def test_gradients_reach_every_parameter():
    head = small()
    logits = head(torch.randn(1, 8, 14, 14))
    head.loss(logits, REGIONS, CORNERS, torch.ones(1, 4))['loss_keypoint'].backward()
    without = [n for n, p in head.named_parameters() if not p.grad.abs().sum() > 0]
    assert without == []


def test_two_cells_learned_are_a_corner_between_them():
    """Learning the shared target brings a corner back that is finer than a cell."""
    head = small(spread=True)
    corner = torch.tensor([[[1.75, 2.2]]])
    logits = torch.zeros(1, 1, 4, 4, requires_grad=True)
    optimiser = torch.optim.Adam([logits], lr=0.5)
    for _ in range(200):
        optimiser.zero_grad()
        head.loss(logits, REGIONS, corner, torch.ones(1, 1))['loss_keypoint'].backward()
        optimiser.step()
    found, score = head.decode(logits, REGIONS)
    torch.testing.assert_close(found, corner, atol=0.02, rtol=0)
    assert score.item() > 0.95
