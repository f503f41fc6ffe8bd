"""What a model finds on whole films."""

from collections.abc import Sequence
from typing import Any

from mmpose.registry import METRICS

from spondylo_mmpose.evaluation.detection import compare_films
from spondylo_mmpose.evaluation.detection_intervals import detection_intervals
from spondylo_mmpose.evaluation.detection_summary import summarise_detections
from spondylo_mmpose.evaluation.film_pairs import (
    FilmPair,
)
from spondylo_mmpose.evaluation.matching import IOU_THRESHOLD
from spondylo_mmpose.evaluation.metrics.film_metric import FilmMetric
from spondylo_mmpose.evaluation.metrics.interval_metric import IntervalMetric
from spondylo_mmpose.evaluation.radial_error import MM_THRESHOLDS, PX_THRESHOLDS


@METRICS.register_module()
class SpineDetectionMetric(IntervalMetric, FilmMetric):
    """Vertebrae found, corners of those found, number and levels, end to end.

    For models that see the whole film and are not told where the vertebrae are. What
    a sample must hold is written at :func:`.film_pair_from_sample`.

    Args:
        iou_threshold: Least overlap of the hulls of a predicted and a true vertebra.
        px_thresholds: SDR thresholds in px.
        mm_thresholds: SDR thresholds in mm.
        **kwargs: Arguments of :class:`.IntervalMetric` and :class:`.FilmMetric`, whose
            ``score_threshold`` does not apply to the average precision.
    """

    default_prefix = 'spine'

    def __init__(
        self,
        iou_threshold: float = IOU_THRESHOLD,
        px_thresholds: Sequence[float] = PX_THRESHOLDS,
        mm_thresholds: Sequence[float] = MM_THRESHOLDS,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.iou_threshold = iou_threshold
        self.px_thresholds = tuple(px_thresholds)
        self.mm_thresholds = tuple(mm_thresholds)

    def summarise(self, pairs: Sequence[FilmPair]) -> dict[str, float]:
        """Pool all films.

        Returns:
            The values of :func:`.summarise_detections`, the two thresholds, and
            ``films_without_labels``, which count nowhere else. With ``intervals`` also
            the names of :func:`.detection_intervals`.
        """
        outcomes = compare_films(pairs, self.score_threshold, self.iou_threshold)
        metrics = summarise_detections(outcomes, self.px_thresholds, self.mm_thresholds)
        metrics |= {
            'films_without_labels': len(pairs) - len(outcomes),
            'score_threshold': self.score_threshold,
            'iou_threshold': self.iou_threshold,
        }
        if self.bootstrap is not None:
            metrics |= detection_intervals(
                outcomes, self.px_thresholds, self.mm_thresholds, self.bootstrap
            )
        return metrics
