"""The published baselines' metric for models that see whole films."""

from collections.abc import Sequence

from mmpose.registry import METRICS

from spondylo_mmpose.evaluation.film_pairs import FilmPair
from spondylo_mmpose.evaluation.metrics.film_metric import FilmMetric
from spondylo_mmpose.evaluation.slots import summarise_slots


@METRICS.register_module()
class PublishedSlotMetric(FilmMetric):
    """Errors of index-matched slots at 512 px, see :mod:`.evaluation.slots`.

    Only for standing beside the published numbers: it punishes a difference of taste
    about the topmost vertebra and lets invented vertebrae pass.

    Takes the arguments of :class:`.FilmMetric`.
    """

    default_prefix = 'published_slot'

    def summarise(self, pairs: Sequence[FilmPair]) -> dict[str, float]:
        """Pool all films, see :func:`.summarise_slots`."""
        return summarise_slots(pairs, self.score_threshold)
