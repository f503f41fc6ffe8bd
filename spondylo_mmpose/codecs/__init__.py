"""Codecs between corners and what a network gives, registered in MMPose."""

from spondylo_mmpose.codecs.gaussian_fit_heatmap import GaussianFitHeatmap
from spondylo_mmpose.codecs.subpixel_simcc import SubpixelSimCC

__all__ = ['GaussianFitHeatmap', 'SubpixelSimCC']
