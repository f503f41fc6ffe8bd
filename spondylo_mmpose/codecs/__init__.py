"""Codecs between corners and what a network gives, registered in MMPose."""

from spondylo_mmpose.codecs.gaussian_fit_heatmap import GaussianFitHeatmap

__all__ = ['GaussianFitHeatmap']
