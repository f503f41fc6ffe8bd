"""Metrics; importing this package registers the metric classes in MMPose."""

from spondylo_mmpose.evaluation.metrics import (
    AtomicDumpResults,
    FilmClinicalMetric,
    MeyerdingMetric,
    PublishedSlotMetric,
    RadialErrorMetric,
    SagittalMetric,
    SpineDetectionMetric,
)

__all__ = [
    'AtomicDumpResults',
    'FilmClinicalMetric',
    'MeyerdingMetric',
    'PublishedSlotMetric',
    'RadialErrorMetric',
    'SagittalMetric',
    'SpineDetectionMetric',
]
