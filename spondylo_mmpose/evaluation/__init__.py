"""Metrics; importing this package registers the metric classes in MMPose."""

from spondylo_mmpose.evaluation.metrics import (
    AtomicDumpResults,
    MeyerdingMetric,
    RadialErrorMetric,
)

__all__ = ['AtomicDumpResults', 'MeyerdingMetric', 'RadialErrorMetric']
