"""Metric classes of mmengine, one a file."""

from spondylo_mmpose.evaluation.metrics.atomic_dump_results import AtomicDumpResults
from spondylo_mmpose.evaluation.metrics.meyerding_metric import MeyerdingMetric
from spondylo_mmpose.evaluation.metrics.radial_error_metric import RadialErrorMetric

__all__ = ['AtomicDumpResults', 'MeyerdingMetric', 'RadialErrorMetric']
