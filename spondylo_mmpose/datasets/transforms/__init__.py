"""Transforms that MMPose lacks, one registered class a file."""

from spondylo_mmpose.datasets.transforms.random_radiograph_appearance import (
    RandomRadiographAppearance,
)

__all__ = ['RandomRadiographAppearance']
