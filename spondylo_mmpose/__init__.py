"""Vertebral corner landmarks and spondylolisthesis grading for MMPose."""

__version__ = '0.1.0'
