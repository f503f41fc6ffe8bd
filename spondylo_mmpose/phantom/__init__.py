"""Synthetic lateral lumbar radiographs with exact truth."""

from spondylo_mmpose.phantom.film import Phantom, Truth, make_phantom, make_truth

__all__ = ['Phantom', 'Truth', 'make_phantom', 'make_truth']
