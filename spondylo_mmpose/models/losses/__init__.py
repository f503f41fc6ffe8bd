"""Losses, registered in MMPose."""

from spondylo_mmpose.models.losses.corner_coordinate_loss import CornerCoordinateLoss
from spondylo_mmpose.models.losses.corner_variance_loss import CornerVarianceLoss
from spondylo_mmpose.models.losses.slot_heatmap_loss import SlotHeatmapLoss
from spondylo_mmpose.models.losses.slot_presence_loss import SlotPresenceLoss
from spondylo_mmpose.models.losses.spine_anatomy_loss import SpineAnatomyLoss

__all__ = [
    'CornerCoordinateLoss',
    'CornerVarianceLoss',
    'SlotHeatmapLoss',
    'SlotPresenceLoss',
    'SpineAnatomyLoss',
]
