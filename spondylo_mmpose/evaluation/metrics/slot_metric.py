"""The published baselines' metric for models that see whole films."""

from collections.abc import Sequence
from typing import Any

from mmpose.registry import METRICS

from spondylo_mmpose.evaluation.film_pairs import (
    SCORE_THRESHOLD,
    FilmPair,
    check_score_threshold,
)
from spondylo_mmpose.evaluation.metrics.film_metric import FilmMetric
from spondylo_mmpose.evaluation.slots import summarise_slots


@METRICS.register_module()
class PublishedSlotMetric(FilmMetric):
    """Errors of index-matched slots at 512 px, see :mod:`.evaluation.slots`.

    Only for standing beside the published numbers: it punishes a difference of taste
    about the topmost vertebra and lets invented vertebrae pass.

    Args:
        score_threshold: Predicted vertebrae with a lower score are left out.
        **kwargs: Arguments of :class:`mmengine.evaluator.BaseMetric`.
    """

    default_prefix = 'published_slot'

    def __init__(self, score_threshold: float = SCORE_THRESHOLD, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.score_threshold = check_score_threshold(score_threshold)

    def summarise(self, pairs: Sequence[FilmPair]) -> dict[str, float]:
        """Pool all films, see :func:`.summarise_slots`."""
        return summarise_slots(pairs, self.score_threshold)
