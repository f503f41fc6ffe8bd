"""MAHT-Net's head: corners, presence and certainty of every vertebra at once."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample
from torch import Tensor, nn

from spondylo_mmpose.decoding.heatmaps import cells_to_px
from spondylo_mmpose.models.heads.heatmap_peaks import find_peaks
from spondylo_mmpose.models.heads.multi_scale_decoder import MultiScaleDecoder
from spondylo_mmpose.models.heads.query_heatmaps import QueryHeatmaps
from spondylo_mmpose.models.heads.slot_head import SlotHead
from spondylo_mmpose.models.heads.slot_outputs import SlotOutputs
from spondylo_mmpose.models.heads.slot_samples import (
    SlotTruth,
    best_steps,
    collect_truth,
)
from spondylo_mmpose.models.heads.vertebral_attention import VertebralAttention


@MODELS.register_module()
class VertebralAttentionHead(SlotHead):
    """One query per slot and corner asks the film where its corner is.

    Queries attend to the coarsest map and to each other
    (:class:`.VertebralAttention`), a decoder brings the trunk's maps back to the finest
    (:class:`.MultiScaleDecoder`), dot products of the two are heatmaps
    (:class:`.QueryHeatmaps`). What a query is never gets lost on the way.

    Args:
        in_channels: Channels of the maps from fine to coarse; the coarsest has those of
            the queries.
        slots: Vertebrae that a film may show, the lowest first; 1 for crops of one.
        stride: Px of the input in a cell of the finest map.
        layers: Layers of attention; 0 for ablation.
        heads: Attention heads.
        hidden: Channels between linear layers; four times the queries' by default.
        dropout: Of the attention layers.
        anatomical_bias: See :class:`.VertebralAttention`.
        decoder_channels: Of the decoder's maps.
        heatmap_levels: Levels, from the finest, that add to the heatmaps.
        norm_cfg: Norm layers of the decoder.
        heatmap_loss, presence_loss, coordinate_loss, anatomy_loss, variance_loss:
            Losses; ``None`` leaves one out.
        coarse_weight: Factor of the heatmap loss at each coarser level.
        first_error: Standard deviation that corners begin with, px.
        init_cfg: Initialisation.

    Raises:
        ValueError: If there are more heatmap levels than maps.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        slots: int = 12,
        stride: int = 4,
        layers: int = 3,
        heads: int = 8,
        hidden: int | None = None,
        dropout: float = 0.1,
        anatomical_bias: bool = True,
        decoder_channels: int = 64,
        heatmap_levels: int = 3,
        norm_cfg: dict | None = dict(type='BN'),  # noqa: B006  (MMPose's way)
        heatmap_loss: dict | None = dict(type='SlotHeatmapLoss'),  # noqa: B006
        presence_loss: dict | None = dict(type='SlotPresenceLoss'),  # noqa: B006
        coordinate_loss: dict | None = dict(type='CornerCoordinateLoss'),  # noqa: B006
        anatomy_loss: dict | None = dict(type='SpineAnatomyLoss'),  # noqa: B006
        variance_loss: dict | None = dict(type='CornerVarianceLoss'),  # noqa: B006
        coarse_weight: float = 0.5,
        first_error: float = 4.0,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(slots, stride, presence_loss is not None, init_cfg)
        if not 1 <= heatmap_levels <= len(in_channels):
            raise ValueError(
                f'heatmap_levels={heatmap_levels}: there are {len(in_channels)} maps'
            )
        channels = in_channels[-1]
        self.attention = VertebralAttention(
            slots,
            channels,
            layers,
            heads,
            hidden or 4 * channels,
            dropout,
            anatomical_bias,
        )
        self.decoder = MultiScaleDecoder(in_channels, decoder_channels, norm_cfg)
        self.to_heatmaps = QueryHeatmaps(channels, decoder_channels, heatmap_levels)
        # What nothing teaches is left out, and NaN where it would stand.
        self.to_presence = _to_number(channels + 1) if presence_loss else None
        self.to_log_variance = None
        if variance_loss:
            first = 2 * math.log(first_error)
            self.to_log_variance = _to_number(channels + 1, first)
        parts = dict(
            heatmap=heatmap_loss,
            presence=presence_loss,
            coordinate=coordinate_loss,
            anatomy=anatomy_loss,
            variance=variance_loss,
        )
        self.losses = nn.ModuleDict(
            {name: MODELS.build(loss) for name, loss in parts.items() if loss}
        )
        self.coarse_weight = coarse_weight

    def forward(self, feats: Sequence[Tensor]) -> SlotOutputs:
        """Run the network.

        Args:
            feats: Maps from fine to coarse.
        """
        queries = self.attention(feats[-1])
        maps = self.decoder(feats)[: len(self.to_heatmaps.embed)]
        heatmaps = [
            logits.unflatten(1, (self.slots, 4))
            for logits in self.to_heatmaps(queries, maps)
        ]
        # How sharp a heatmap is tells much of whether there is a corner and how sure
        # it is; neither is to make heatmaps sharper than they should be.
        slots = queries.unflatten(1, (self.slots, 4))
        presence = slots.new_full(slots.shape[:2], math.nan)
        log_variances = slots.new_full(slots.shape[:3], math.nan)
        if self.to_presence is not None:
            told = torch.cat([slots, _sharpness(heatmaps[-1]).to(slots)], -1)
            presence = self.to_presence(told.mean(2))[..., 0]
        if self.to_log_variance is not None:
            told = torch.cat([slots.detach(), _sharpness(heatmaps[0]).to(slots)], -1)
            log_variances = self.to_log_variance(told)[..., 0].float().clamp(-4, 8)
        return SlotOutputs(heatmaps[0], presence, log_variances, tuple(heatmaps[1:]))

    def loss(
        self,
        feats: Sequence[Tensor],
        batch_data_samples: Sequence[PoseDataSample],
        train_cfg: Mapping[str, Any] | None = None,
    ) -> dict[str, Tensor]:
        """Compute the losses.

        Args:
            feats: Maps from fine to coarse.
            batch_data_samples: With the labels of :class:`.SlotTargets`.
            train_cfg: Not used.

        Returns:
            ``loss_heatmap``, ``loss_heatmap_coarse``, ``loss_presence``,
            ``loss_coordinate``, ``loss_anatomy``, ``loss_variance``, those that are
            switched on, and ``corner_error``, the mean error of the decoded corners of
            present vertebrae, px of the input.
        """
        outputs = self(feats)
        truth = collect_truth(batch_data_samples)
        nearest = outputs.coarse[0] if outputs.coarse else outputs.heatmaps
        stride = self._stride(outputs.heatmaps, nearest)
        truth = truth.moved_up(best_steps(truth, nearest, stride))
        return self._losses(outputs, truth)

    def _losses(self, outputs: SlotOutputs, truth: SlotTruth) -> dict[str, Tensor]:
        result: dict[str, Tensor] = {}
        losses, weights = self.losses, truth.corner_weights
        cells = _to_cells(truth.corners, self.stride)
        if 'heatmap' in losses:
            result['loss_heatmap'] = losses['heatmap'](outputs.heatmaps, cells, weights)
            coarse = [
                losses['heatmap'](
                    logits,
                    _to_cells(truth.corners, self._stride(outputs.heatmaps, logits)),
                    weights,
                )
                for logits in outputs.coarse
            ]
            if coarse:
                result['loss_heatmap_coarse'] = self.coarse_weight * sum(coarse)
        if 'presence' in losses:
            result['loss_presence'] = losses['presence'](
                outputs.presence, truth.presence, truth.presence_weights
            )
        if 'coordinate' in losses:
            result['loss_coordinate'] = losses['coordinate'](
                outputs.heatmaps, cells, weights
            )
        peaks = find_peaks(outputs.heatmaps)
        if 'anatomy' in losses:
            result['loss_anatomy'] = losses['anatomy'](
                cells_to_px(peaks.mean, self.stride), truth.presence
            )
        corners = cells_to_px(peaks.cells, self.stride)
        if 'variance' in losses:
            result['loss_variance'] = losses['variance'](
                outputs.log_variances, corners, truth.corners, weights
            )
        errors = (corners - truth.corners).norm(dim=-1) * weights
        result['corner_error'] = (errors.sum() / weights.sum().clamp(min=1)).detach()
        return result

    def _stride(self, finest: Tensor, logits: Tensor) -> float:
        return self.stride * finest.shape[-1] / logits.shape[-1]


def _to_number(channels: int, first: float = 0.0) -> nn.Sequential:
    last = nn.Linear(channels, 1)
    nn.init.constant_(last.bias, first)
    return nn.Sequential(nn.Linear(channels, channels), nn.GELU(), last)


def _sharpness(heatmaps: Tensor) -> Tensor:
    """Logarithm of the highest cell's probability, ``(..., 1)``; no gradient."""
    logits = heatmaps.detach().float().flatten(-2)
    # Not by logsumexp, for which onnxruntime needs five times as long.
    return logits.log_softmax(-1).amax(-1, keepdim=True)


def _to_cells(corners: Tensor, stride: float) -> Tensor:
    """Px, whose whole numbers are centres, to cells, whose are too."""
    return (corners + 0.5) / stride - 0.5
