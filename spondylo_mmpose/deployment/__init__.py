"""Trained networks as ONNX files, and a runtime for them that needs no torch.

The runtime is all that this package imports by itself; what exports
(:mod:`spondylo_mmpose.deployment.exporting`) needs torch and is imported by name. Data
sets are written for other tools by :mod:`spondylo_mmpose.exporters`.
"""

from spondylo_mmpose.deployment.facts import ExportedFacts
from spondylo_mmpose.deployment.results import FilmVertebrae
from spondylo_mmpose.deployment.runtime import OnnxSpineModel

__all__ = ['ExportedFacts', 'FilmVertebrae', 'OnnxSpineModel']
