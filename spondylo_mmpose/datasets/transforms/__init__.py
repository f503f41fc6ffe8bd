"""Transforms that MMPose lacks, one registered class a file."""

from spondylo_mmpose.datasets.transforms.film_affine import FilmAffine
from spondylo_mmpose.datasets.transforms.film_targets import FilmTargets
from spondylo_mmpose.datasets.transforms.hull_boxes import HullBoxes
from spondylo_mmpose.datasets.transforms.load_radiograph import LoadRadiograph
from spondylo_mmpose.datasets.transforms.radiograph_clahe import RadiographCLAHE
from spondylo_mmpose.datasets.transforms.random_box_jitter import RandomBoxJitter
from spondylo_mmpose.datasets.transforms.random_collimation import RandomCollimation
from spondylo_mmpose.datasets.transforms.random_copy import RandomCopy
from spondylo_mmpose.datasets.transforms.random_frame import RandomFrame
from spondylo_mmpose.datasets.transforms.random_inversion import RandomInversion
from spondylo_mmpose.datasets.transforms.random_marker_occlusion import (
    RandomMarkerOcclusion,
)
from spondylo_mmpose.datasets.transforms.random_perspective import RandomPerspective
from spondylo_mmpose.datasets.transforms.random_radiograph_appearance import (
    RandomRadiographAppearance,
)
from spondylo_mmpose.datasets.transforms.random_superposition import (
    RandomSuperposition,
)
from spondylo_mmpose.datasets.transforms.slot_targets import SlotTargets

__all__ = [
    'FilmAffine',
    'FilmTargets',
    'HullBoxes',
    'LoadRadiograph',
    'RadiographCLAHE',
    'RandomBoxJitter',
    'RandomCollimation',
    'RandomCopy',
    'RandomFrame',
    'RandomInversion',
    'RandomMarkerOcclusion',
    'RandomPerspective',
    'RandomRadiographAppearance',
    'RandomSuperposition',
    'SlotTargets',
]
