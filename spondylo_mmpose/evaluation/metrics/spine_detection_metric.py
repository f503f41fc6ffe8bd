"""What a model finds on whole films."""

from collections.abc import Sequence
from typing import Any

from mmpose.registry import METRICS

from spondylo_mmpose.evaluation.detection import compare_films
from spondylo_mmpose.evaluation.detection_intervals import detection_intervals
from spondylo_mmpose.evaluation.detection_summary import summarise_detections
from spondylo_mmpose.evaluation.film_pairs import (
    SCORE_THRESHOLD,
    FilmPair,
    check_score_threshold,
)
from spondylo_mmpose.evaluation.intervals import Bootstrap
from spondylo_mmpose.evaluation.matching import IOU_THRESHOLD
from spondylo_mmpose.evaluation.metrics.film_metric import FilmMetric
from spondylo_mmpose.evaluation.radial_error import MM_THRESHOLDS, PX_THRESHOLDS


@METRICS.register_module()
class SpineDetectionMetric(FilmMetric):
    """Vertebrae found, corners of those found, number and levels, end to end.

    For models that see the whole film and are not told where the vertebrae are. What
    a sample must hold is written at :func:`.film_pair_from_sample`.

    Args:
        score_threshold: Predicted vertebrae with a lower score are left out, except
            from the average precision.
        iou_threshold: Least overlap of the hulls of a predicted and a true vertebra.
        px_thresholds: SDR thresholds in px.
        mm_thresholds: SDR thresholds in mm.
        intervals: Add 95 % intervals by a bootstrap over patients; they take a moment.
        resamples: Number of the bootstrap's resamples.
        seed: Seed of the bootstrap.
        **kwargs: Arguments of :class:`mmengine.evaluator.BaseMetric`.
    """

    default_prefix = 'spine'

    def __init__(
        self,
        score_threshold: float = SCORE_THRESHOLD,
        iou_threshold: float = IOU_THRESHOLD,
        px_thresholds: Sequence[float] = PX_THRESHOLDS,
        mm_thresholds: Sequence[float] = MM_THRESHOLDS,
        intervals: bool = False,
        resamples: int = 1000,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.score_threshold = check_score_threshold(score_threshold)
        self.iou_threshold = iou_threshold
        self.px_thresholds = tuple(px_thresholds)
        self.mm_thresholds = tuple(mm_thresholds)
        self.bootstrap = Bootstrap(resamples, seed=seed) if intervals else None

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
