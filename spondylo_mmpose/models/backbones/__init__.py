"""Backbones, registered in MMPose."""

from spondylo_mmpose.models.backbones.member_trunks import MemberTrunks
from spondylo_mmpose.models.backbones.unet import UNet

__all__ = ['MemberTrunks', 'UNet']
