"""U-Net as a backbone for heatmap heads."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from mmcv.cnn import ConvModule
from mmpose.models.backbones.base_backbone import BaseBackbone
from mmpose.registry import MODELS
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint


@MODELS.register_module()
class UNet(BaseBackbone):
    """Encoder and decoder with skips (Ronneberger et al., U-Net, MICCAI 2015).

    Each level is two 3x3 convolutions with norms, padded so that maps keep their size.
    The encoder halves maps by max pooling; the decoder doubles them by 2x2 transposed
    convolutions and appends the encoder's map of the same size. It may end before the
    full resolution: a map at stride 2 costs half the computation of one at stride 1.

    Sizes need not be multiples of anything: odd maps are halved upwards, and a doubled
    map is cut to its skip's size, at the right and at the bottom.

    Args:
        in_channels: Channels of the input.
        channels: Channels of the levels, from full resolution to the coarsest.
        out_stride: Stride of the output: 1, 2, 4, ... up to that of the level above the
            coarsest. The output has the channels of its level.
        norm_cfg: Norm layer; ``None`` for none.
        act_cfg: Activation.
        with_cp: Recompute the levels in the backward pass instead of keeping their
            maps: less memory, a third more time.
        init_cfg: Initialisation; Kaiming's for convolutions by default.

    Raises:
        ValueError: If there are fewer than two levels or the stride is none of them.
    """

    def __init__(
        self,
        in_channels: int = 3,
        channels: Sequence[int] = (64, 128, 256, 512),
        out_stride: int = 1,
        norm_cfg: dict | None = dict(type='BN'),  # noqa: B006  (MMPose's way)
        act_cfg: dict = dict(type='ReLU', inplace=True),  # noqa: B006
        with_cp: bool = False,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        strides = [2**level for level in range(len(channels) - 1)]
        if not strides:
            raise ValueError(f'channels: {channels}: a U-Net has two levels or more')
        if out_stride not in strides:
            raise ValueError(
                f'out_stride: {len(channels)} levels allow {strides}, not {out_stride}'
            )
        super().__init__(
            init_cfg
            or [
                dict(type='Kaiming', layer=['Conv2d', 'ConvTranspose2d']),
                dict(type='Constant', val=1, layer=['_BatchNorm', 'GroupNorm']),
            ]
        )
        self.channels = tuple(channels)
        self.out_stride = out_stride
        self.out_channels = self.channels[strides.index(out_stride)]
        self.with_cp = with_cp

        def level(inputs: int, outputs: int) -> nn.Sequential:
            layer: dict[str, Any] = dict(
                kernel_size=3, padding=1, norm_cfg=norm_cfg, act_cfg=act_cfg
            )
            return nn.Sequential(
                ConvModule(inputs, outputs, **layer),
                ConvModule(outputs, outputs, **layer),
            )

        widths = (in_channels, *self.channels)
        self.encoder = nn.ModuleList(
            level(inputs, outputs) for inputs, outputs in pairwise(widths)
        )
        self.downsample = nn.MaxPool2d(2, ceil_mode=True)
        # From the coarsest level upwards; those above the output are left out.
        upwards = list(zip(self.channels[:0:-1], self.channels[-2::-1], strict=True))[
            : len(strides) - strides.index(out_stride)
        ]
        self.upsamplers = nn.ModuleList(
            nn.ConvTranspose2d(coarse, fine, 2, stride=2) for coarse, fine in upwards
        )
        self.decoder = nn.ModuleList(level(2 * fine, fine) for _, fine in upwards)

    def forward(self, x: Tensor) -> tuple[Tensor]:
        """Compute the feature map.

        Args:
            x: ``(B, in_channels, H, W)``, at least as large as the coarsest stride.

        Returns:
            One map ``(B, out_channels, H', W')``, sizes divided by the output's stride
            and rounded up, as a tuple of one as backbones give it.

        Raises:
            ValueError: If the input is smaller than one cell of the coarsest level.
        """
        coarsest = 2 ** (len(self.channels) - 1)
        if min(x.shape[-2:]) < coarsest:
            raise ValueError(
                f'input of {x.shape[-1]}x{x.shape[-2]} px: a U-Net of '
                f'{len(self.channels)} levels needs {coarsest} px or more each way'
            )
        skips: list[Tensor] = []
        for index, stage in enumerate(self.encoder):
            x = self._run(stage, self.downsample(x) if index else x)
            skips.append(x)
        skips.pop()
        for double, stage in zip(self.upsamplers, self.decoder, strict=True):
            skip = skips.pop()
            x = double(x)[..., : skip.shape[-2], : skip.shape[-1]]
            x = self._run(stage, torch.cat([skip, x], 1))
        return (x,)

    def _run(self, stage: nn.Module, x: Tensor) -> Tensor:
        if self.with_cp and self.training and torch.is_grad_enabled():
            result: Tensor = checkpoint(stage, x, use_reentrant=False)
            return result
        return stage(x)
