"""Vertebral corner landmarks and spondylolisthesis grading for MMPose."""

from spondylo_mmpose.engine.compat import activate as _activate

__version__ = '0.1.0'

# Before anything of the OpenMMLab packages is imported.
_activate()
