"""Necks, registered in MMPose."""

from spondylo_mmpose.models.necks.transformer_bridge import TransformerBridge

__all__ = ['TransformerBridge']
