"""Metric classes of mmengine, one a file."""

from spondylo_mmpose.evaluation.metrics.atomic_dump_results import AtomicDumpResults
from spondylo_mmpose.evaluation.metrics.cobb_metric import CobbMetric
from spondylo_mmpose.evaluation.metrics.coco_box_results import CocoBoxResults
from spondylo_mmpose.evaluation.metrics.film_clinical_metric import (
    FilmClinicalMetric,
)
from spondylo_mmpose.evaluation.metrics.film_cobb_metric import FilmCobbMetric
from spondylo_mmpose.evaluation.metrics.meyerding_metric import MeyerdingMetric
from spondylo_mmpose.evaluation.metrics.radial_error_metric import RadialErrorMetric
from spondylo_mmpose.evaluation.metrics.sagittal_metric import SagittalMetric
from spondylo_mmpose.evaluation.metrics.slot_metric import PublishedSlotMetric
from spondylo_mmpose.evaluation.metrics.spine_detection_metric import (
    SpineDetectionMetric,
)

__all__ = [
    'AtomicDumpResults',
    'CobbMetric',
    'CocoBoxResults',
    'FilmClinicalMetric',
    'FilmCobbMetric',
    'MeyerdingMetric',
    'PublishedSlotMetric',
    'RadialErrorMetric',
    'SagittalMetric',
    'SpineDetectionMetric',
]
