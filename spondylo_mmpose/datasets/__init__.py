"""Datasets and transforms, registered in MMPose."""

from spondylo_mmpose.datasets.spondylo_dataset import SpondyloDataset as SpondyloDataset
from spondylo_mmpose.datasets.transforms import *  # noqa: F403
