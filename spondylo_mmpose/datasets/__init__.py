"""Datasets and transforms, registered in MMPose."""

from spondylo_mmpose.datasets.spondylo_dataset import SpondyloDataset
from spondylo_mmpose.datasets.transforms import (
    LoadRadiograph,
    RadiographCLAHE,
    RandomRadiographAppearance,
)

__all__ = [
    'LoadRadiograph',
    'RadiographCLAHE',
    'RandomRadiographAppearance',
    'SpondyloDataset',
]
