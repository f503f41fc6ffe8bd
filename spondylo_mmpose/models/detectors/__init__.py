"""Detectors of MMDet's kind that answer as pose estimators, registered in MMPose."""

from spondylo_mmpose.models.detectors.keypoint_rcnn import KeypointRCNN

__all__ = ['KeypointRCNN']
