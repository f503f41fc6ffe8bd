"""Heads, registered in MMPose."""

from spondylo_mmpose.models.heads.keypoint_head import KeypointHead
from spondylo_mmpose.models.heads.keypoint_roi_head import KeypointRoIHead

__all__ = ['KeypointHead', 'KeypointRoIHead']
