"""The keypoint branch of Mask R-CNN."""

import torch
from mmengine.model import BaseModule
from mmpose.registry import MODELS
from torch import Tensor, nn
from torch.nn import functional

from spondylo_mmpose.models.heads.keypoint_targets import decode_cells, encode_cells


@MODELS.register_module()
class KeypointHead(BaseModule):
    """Heatmaps of a vertebra's corners from the features of its region.

    As in Mask R-CNN (He et al., ICCV 2017, section 5): eight 3 x 3 convolutions of 512
    channels, a deconvolution and a bilinear enlargement, each by two, and a softmax
    over all positions of a heatmap; 14 x 14 features give 56 x 56 positions.

    Args:
        in_channels: Channels of the features.
        num_keypoints: Corners, each with a heatmap of its own.
        num_convs: Convolutions.
        conv_channels: Their channels.
        spread: Share the target among the four cells around a corner; see
            :func:`.encode_cells`. The paper's target, one cell, is ``False``.
        decode_radius: See :func:`.decode_cells`; the paper's highest cell is 0.
        loss_weight: Factor of the loss.
        init_cfg: Initialisation of the weights.
    """

    def __init__(
        self,
        in_channels: int = 256,
        num_keypoints: int = 4,
        num_convs: int = 8,
        conv_channels: int = 512,
        spread: bool = False,
        decode_radius: int = 2,
        loss_weight: float = 1.0,
        init_cfg: dict | list | None = None,
    ) -> None:
        init_cfg = init_cfg or {
            'type': 'Kaiming',
            'layer': ['Conv2d', 'ConvTranspose2d'],
            'mode': 'fan_out',
            'nonlinearity': 'relu',
        }
        super().__init__(init_cfg=init_cfg)
        self.spread = spread
        self.decode_radius = decode_radius
        self.loss_weight = loss_weight
        layers: list[nn.Module] = []
        for _ in range(num_convs):
            layers += [
                nn.Conv2d(in_channels, conv_channels, 3, padding=1),
                nn.ReLU(inplace=True),
            ]
            in_channels = conv_channels
        self.convs = nn.Sequential(*layers)
        self.deconv = nn.ConvTranspose2d(in_channels, num_keypoints, 4, 2, padding=1)

    def forward(self, features: Tensor) -> Tensor:
        """Compute the heatmaps.

        Args:
            features: ``(R, C, H, W)``.

        Returns:
            Logits ``(R, K, 4 H, 4 W)``.
        """
        logits = self.deconv(self.convs(features))
        if not len(logits):  # interpolate refuses an empty batch
            return logits.new_zeros(
                0, logits.shape[1], *(2 * s for s in logits.shape[2:])
            )
        return functional.interpolate(
            logits, scale_factor=2, mode='bilinear', align_corners=False
        )

    def loss(
        self, logits: Tensor, regions: Tensor, corners: Tensor, weights: Tensor
    ) -> dict[str, Tensor]:
        """Cross-entropy over the positions, a mean over labelled corners in regions.

        Args:
            logits: ``(R, K, S, S)``.
            regions: ``(R, 4)`` continuous px of the input.
            corners: ``(R, K, 2)`` likewise.
            weights: ``(R, K)``; 0 leaves a corner out.

        Returns:
            ``loss_keypoint``; 0, with zero gradients, where no corner counts.
        """
        targets = encode_cells(corners, regions, logits.shape[-1], self.spread)
        weights = weights * targets.inside
        log_probabilities = logits.float().flatten(2).log_softmax(-1)
        told = log_probabilities.gather(2, targets.cells)
        entropies = -(told * targets.shares).sum(-1)
        # Weights of zero keep the graph whole where several processes wait for it.
        total = (entropies * weights).sum() / weights.sum().clamp(min=1.0)
        return {'loss_keypoint': self.loss_weight * total}

    @torch.no_grad()
    def decode(self, logits: Tensor, regions: Tensor) -> tuple[Tensor, Tensor]:
        """Find corners ``(R, K, 2)`` and their scores ``(R, K)``; see decode_cells."""
        return decode_cells(logits, regions, self.decode_radius)
