import pytest
import torch

from spondylo_mmpose.models.heads import multi_scale_decoder
from spondylo_mmpose.models.heads.multi_scale_decoder import MultiScaleDecoder
from spondylo_mmpose.models.heads.query_heatmaps import QueryHeatmaps


def test_each_map_keeps_its_own_resolution():
    decoder = MultiScaleDecoder([3, 5, 7], 8, dict(type='BN')).eval()
    feats = [torch.randn(2, c, s, s + 2) for c, s in ((3, 16), (5, 8), (7, 4))]
    assert [tuple(m.shape) for m in decoder(feats)] == [
        (2, 8, 16, 18),
        (2, 8, 8, 10),
        (2, 8, 4, 6),
    ]


@pytest.mark.parametrize('size', [(8, 12), (7, 12), (8, 11)])
def test_maps_are_enlarged_to_the_size_asked_for(size):
    maps = torch.randn(2, 3, 4, 6)
    assert torch.equal(
        multi_scale_decoder._enlarged(maps, size),
        torch.nn.functional.interpolate(maps, size, mode='bilinear'),
    )


def test_the_finest_map_sees_all_levels():
    decoder = MultiScaleDecoder([3, 5, 7], 8, dict(type='BN')).eval()
    feats = [
        torch.randn(1, c, s, s).requires_grad_() for c, s in ((3, 16), (5, 8), (7, 4))
    ]
    decoder(feats)[0].square().sum().backward()
    assert all(f.grad.abs().sum() > 0 for f in feats)


def test_heatmaps_are_dot_products_and_coarse_ones_are_added():
    heatmaps = QueryHeatmaps(6, 4, 2)
    queries = torch.randn(2, 3, 6)
    fine, coarse = torch.randn(2, 4, 8, 8), torch.randn(2, 4, 4, 4)
    top, bottom = heatmaps(queries, [fine, coarse])
    own = torch.einsum('bqc,bchw->bqhw', heatmaps.embed[1](queries), coarse) / 2
    assert torch.allclose(bottom, own, atol=1e-5)
    added = torch.einsum('bqc,bchw->bqhw', heatmaps.embed[0](queries), fine) / 2
    enlarged = torch.nn.functional.interpolate(own, scale_factor=2, mode='bilinear')
    assert torch.allclose(top, added + enlarged, atol=1e-5)
