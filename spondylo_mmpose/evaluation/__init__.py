"""Metrics; importing this package registers the metric classes in MMPose."""

from spondylo_mmpose.evaluation.metrics import *  # noqa: F403
