"""Transforms that MMPose lacks, one registered class a file."""

from spondylo_mmpose.datasets.transforms.hull_boxes import HullBoxes
from spondylo_mmpose.datasets.transforms.load_radiograph import LoadRadiograph
from spondylo_mmpose.datasets.transforms.radiograph_clahe import RadiographCLAHE
from spondylo_mmpose.datasets.transforms.random_radiograph_appearance import (
    RandomRadiographAppearance,
)

__all__ = [
    'HullBoxes',
    'LoadRadiograph',
    'RadiographCLAHE',
    'RandomRadiographAppearance',
]
