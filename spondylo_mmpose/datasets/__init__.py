"""Datasets and transforms, registered in MMPose."""

from spondylo_mmpose.datasets.spondylo_dataset import SpondyloDataset
from spondylo_mmpose.datasets.transforms import (
    HullBoxes,
    LoadRadiograph,
    RadiographCLAHE,
    RandomBoxJitter,
    RandomCollimation,
    RandomCopy,
    RandomFrame,
    RandomInversion,
    RandomMarkerOcclusion,
    RandomRadiographAppearance,
)

__all__ = [
    'HullBoxes',
    'LoadRadiograph',
    'RadiographCLAHE',
    'RandomBoxJitter',
    'RandomCollimation',
    'RandomCopy',
    'RandomFrame',
    'RandomInversion',
    'RandomMarkerOcclusion',
    'RandomRadiographAppearance',
    'SpondyloDataset',
]
