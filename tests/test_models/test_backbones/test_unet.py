import pytest
import torch
from mmengine.registry import init_default_scope
from mmpose.registry import MODELS
from torch import nn

from spondylo_mmpose.models.backbones import UNet

NARROW = dict(channels=(4, 6, 8, 10))


def narrow(**options):
    torch.manual_seed(0)
    model = UNet(**NARROW | options)
    model.init_weights()
    return model


def test_eight_million_parameters_by_default():
    with torch.device('meta'):
        model = UNet()
    count = sum(p.numel() for p in model.parameters())
    # Two 3x3 convolutions with norms a level, 2x2 transposed ones between levels.
    convolutions = [
        (3, 64), (64, 64), (64, 128), (128, 128), (128, 256), (256, 256),
        (256, 512), (512, 512),
        (512, 256), (256, 256), (256, 128), (128, 128), (128, 64), (64, 64),
    ]  # fmt: skip
    expected = sum(9 * a * b + 2 * b for a, b in convolutions)
    expected += sum(4 * a * b + b for a, b in [(512, 256), (256, 128), (128, 64)])
    assert count == expected == 7_700_096


@pytest.mark.parametrize(
    ('stride', 'channels'), [(1, 4), (2, 6), (4, 8)], ids=['one', 'two', 'four']
)
@pytest.mark.parametrize('size', [(32, 32), (33, 47), (8, 8), (25, 64)])
def test_output_is_the_input_divided_by_the_stride_rounded_up(stride, channels, size):
    model = narrow(out_stride=stride)
    (out,) = model(torch.rand(2, 3, *size))
    assert out.shape == (2, channels, -(-size[0] // stride), -(-size[1] // stride))
    assert model.out_channels == channels


def test_too_small_inputs_are_refused_with_their_size():
    with pytest.raises(ValueError, match=r'7x64 px: .* 4 levels needs 8 px'):
        narrow()(torch.rand(1, 3, 64, 7))


@pytest.mark.parametrize(
    ('bad', 'message'),
    [
        (dict(out_stride=8), r'out_stride: 4 levels allow \[1, 2, 4\], not 8'),
        (dict(out_stride=3), 'out_stride'),
        (dict(channels=(16,)), 'two levels'),
    ],
)
def test_impossible_settings_are_refused(bad, message):
    with pytest.raises(ValueError, match=message):
        UNet(**bad)


def test_every_parameter_gets_a_gradient():
    for stride in (1, 2, 4):
        model = narrow(out_stride=stride)
        model(torch.rand(2, 3, 16, 16))[0].square().mean().backward()
        assert all(p.grad is not None for p in model.parameters())
        assert all(torch.isfinite(p.grad).all() for p in model.parameters())


def test_initial_maps_neither_vanish_nor_explode():
    model = narrow(channels=(16, 32, 64), norm_cfg=None)
    deviation = model(torch.randn(2, 3, 64, 64))[0].std().item()
    assert 0.1 < deviation < 10


def test_checkpointing_changes_nothing_but_memory():
    x = torch.rand(2, 3, 24, 24)
    gradients = []
    for with_cp in (False, True):
        model = narrow(with_cp=with_cp, norm_cfg=dict(type='GN', num_groups=2))
        model(x)[0].square().mean().backward()
        gradients.append([p.grad for p in model.parameters()])
    for plain, saved in zip(*gradients, strict=True):
        assert torch.equal(plain, saved)


def test_norm_and_activation_are_the_config_s():
    model = narrow(norm_cfg=dict(type='GN', num_groups=2), act_cfg=dict(type='GELU'))
    kinds = {type(module) for module in model.modules()}
    assert {nn.GroupNorm, nn.GELU} <= kinds
    assert not {nn.BatchNorm2d, nn.ReLU} & kinds


def test_a_head_of_mmpose_takes_its_map():
    init_default_scope('mmpose')
    backbone = MODELS.build(dict(type='UNet', out_stride=2, **NARROW))
    head = MODELS.build(
        dict(
            type='HeatmapHead', in_channels=6, out_channels=4, deconv_out_channels=None
        )
    )
    assert head(backbone(torch.rand(1, 3, 32, 48))).shape == (1, 4, 16, 24)


def test_moving_the_input_by_the_coarsest_stride_moves_the_map():
    model = narrow()
    model.eval()  # MMPose's backbones return nothing here
    x = torch.zeros(1, 3, 96, 96)
    x[..., 40:56, 40:56] = torch.rand(16, 16)
    with torch.no_grad():
        before, after = model(x)[0], model(x.roll(8, -1))[0]
    inner = slice(32, 64)
    assert torch.allclose(
        before[..., inner, inner], after[..., inner, 40:72], atol=1e-5
    )
