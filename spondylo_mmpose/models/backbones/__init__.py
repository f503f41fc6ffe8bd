"""Backbones, registered in MMPose."""

from spondylo_mmpose.models.backbones.unet import UNet

__all__ = ['UNet']
