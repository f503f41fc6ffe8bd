"""Heads, registered in MMPose."""

from spondylo_mmpose.models.heads.keypoint_head import KeypointHead
from spondylo_mmpose.models.heads.keypoint_roi_head import KeypointRoIHead
from spondylo_mmpose.models.heads.slot_ensemble_head import SlotEnsembleHead
from spondylo_mmpose.models.heads.vertebral_attention_head import VertebralAttentionHead

__all__ = [
    'KeypointHead',
    'KeypointRoIHead',
    'SlotEnsembleHead',
    'VertebralAttentionHead',
]
