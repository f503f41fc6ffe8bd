"""Datasets and transforms, registered in MMPose."""

from spondylo_mmpose.datasets.spondylo_dataset import SpondyloDataset
from spondylo_mmpose.datasets.transforms import RandomRadiographAppearance

__all__ = ['RandomRadiographAppearance', 'SpondyloDataset']
