"""Metrics; importing this package registers the metric classes in MMPose."""

from spondylo_mmpose.evaluation.metrics import (
    AtomicDumpResults,
    CocoBoxResults,
    FilmClinicalMetric,
    MeyerdingMetric,
    PublishedSlotMetric,
    RadialErrorMetric,
    SagittalMetric,
    SpineDetectionMetric,
)

__all__ = [
    'AtomicDumpResults',
    'CocoBoxResults',
    'FilmClinicalMetric',
    'MeyerdingMetric',
    'PublishedSlotMetric',
    'RadialErrorMetric',
    'SagittalMetric',
    'SpineDetectionMetric',
]
