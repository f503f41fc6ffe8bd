"""From the coarsest map back to the finest, skips at their own resolution."""

from collections.abc import Sequence

from mmcv.cnn import ConvModule
from torch import Tensor, nn
from torch.nn import functional


class MultiScaleDecoder(nn.Module):
    """Each level is its skip, projected, plus the level below, enlarged to its size.

    A 3x3 convolution smooths the sum (Lin et al., FPN, CVPR 2017, with a nonlinearity).

    Args:
        in_channels: Channels of the maps from fine to coarse.
        channels: Of every output.
        norm_cfg: Norm layers.
    """

    def __init__(
        self, in_channels: Sequence[int], channels: int, norm_cfg: dict | None
    ) -> None:
        super().__init__()
        layer = dict(norm_cfg=norm_cfg, act_cfg=dict(type='SiLU', inplace=True))
        self.laterals = nn.ModuleList(
            ConvModule(own, channels, 1, **layer) for own in in_channels
        )
        self.smooth = nn.ModuleList(
            ConvModule(channels, channels, 3, padding=1, **layer)
            for _ in in_channels[:-1]
        )

    def forward(self, feats: Sequence[Tensor]) -> list[Tensor]:
        """Decode.

        Args:
            feats: ``(B, C_i, H_i, W_i)`` from fine to coarse.

        Returns:
            ``(B, channels, H_i, W_i)`` for each.
        """
        maps = [lateral(own) for lateral, own in zip(self.laterals, feats, strict=True)]
        for level in range(len(maps) - 2, -1, -1):
            coarser = _enlarged(maps[level + 1], maps[level].shape[-2:])
            maps[level] = self.smooth[level](maps[level] + coarser)
        return maps


def _enlarged(maps: Tensor, size: Sequence[int]) -> Tensor:
    twice = [2 * side for side in maps.shape[-2:]] == list(size)
    # The same either way, but onnxruntime is far faster where it is told by how much.
    how: dict = dict(scale_factor=2) if twice else dict(size=size)
    return functional.interpolate(maps, mode='bilinear', align_corners=False, **how)
