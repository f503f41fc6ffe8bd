"""Datasets and transforms, registered in MMPose."""

from spondylo_mmpose.datasets.spondylo_dataset import SpondyloDataset
from spondylo_mmpose.datasets.transforms import (
    HullBoxes,
    LoadRadiograph,
    RadiographCLAHE,
    RandomRadiographAppearance,
)

__all__ = [
    'HullBoxes',
    'LoadRadiograph',
    'RadiographCLAHE',
    'RandomRadiographAppearance',
    'SpondyloDataset',
]
