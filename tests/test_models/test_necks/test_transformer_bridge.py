import pytest
import torch

from spondylo_mmpose.models.necks.transformer_bridge import TransformerBridge


def feats(size=4):
    torch.manual_seed(1)
    return torch.randn(2, 6, 2 * size, 2 * size), torch.randn(2, 10, size, size)


def test_only_the_coarsest_map_changes():
    fine, coarse = feats()
    neck = TransformerBridge([6, 10], channels=16, layers=2, heads=4).eval()
    passed, bridged = neck((fine, coarse))
    assert passed is fine
    assert bridged.shape == (2, 16, 4, 4)


def test_every_cell_sees_all_others():
    fine, coarse = feats()
    neck = TransformerBridge([6, 10], channels=16, layers=1, heads=4).eval()
    coarse.requires_grad_()
    neck((fine, coarse))[-1][0, 0, 0, 0].backward()
    assert (coarse.grad[0].abs().sum(0) > 0).all()
    assert not coarse.grad[1].any()


def test_without_layers_every_cell_stays_alone():
    fine, coarse = feats()
    neck = TransformerBridge([6, 10], channels=16, layers=0).eval()
    coarse.requires_grad_()
    neck((fine, coarse))[-1][0, 3, 0, 0].backward()
    assert (coarse.grad[0].abs().sum(0) > 0).sum() == 1


@pytest.mark.parametrize(
    ('layers', 'parameters'), [(0, 192 + 32), (2, 192 + 32 + 2 * 3264)]
)
def test_parameters(layers, parameters):
    """Attention 4 * 16 * 16 + 3 * 16, two linear layers, two norms."""
    neck = TransformerBridge([6, 11], channels=16, layers=layers, heads=4)
    assert sum(p.numel() for p in neck.parameters()) == parameters
    assert 4 * 256 + 3 * 16 + 2 * 16 * 64 + 64 + 16 + 4 * 16 == 3264 - 0


def test_two_shapes_of_film():
    neck = TransformerBridge([6, 10], channels=16, layers=1, heads=4).eval()
    out = neck((torch.randn(1, 6, 8, 12), torch.randn(1, 10, 4, 6)))[-1]
    assert out.shape == (1, 16, 4, 6)
