import torch
from mmengine.registry import init_default_scope
from mmpose.registry import MODELS

TRUNK = dict(
    type='UNet',
    channels=(4, 6, 8, 10),
)


def test_maps_of_one_member_after_those_of_the_other(own_scope):
    init_default_scope('mmpose')
    torch.manual_seed(0)
    neck = dict(type='FeatureMapProcessor', scale_factor=2.0)
    trunks = MODELS.build(
        dict(
            type='MemberTrunks',
            members=[dict(backbone=TRUNK), dict(backbone=TRUNK, neck=neck)],
        )
    ).eval()
    pictures = torch.randn(1, 3, 32, 32)
    with torch.no_grad():
        told = trunks(pictures)
        first = trunks.members[0][0](pictures)
        second = trunks.members[1][0](pictures)
    assert len(told) == 2 * len(first)
    for one, expected in zip(told, first, strict=False):
        assert torch.equal(one, expected)
    assert not torch.equal(told[0], second[0])
    assert told[len(first)].shape[-1] == 2 * second[0].shape[-1]
