"""What the metrics over whole films share."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from mmengine.evaluator import BaseMetric

from spondylo_mmpose.evaluation.film_pairs import (
    SCORE_THRESHOLD,
    FilmPair,
    check_score_threshold,
)
from spondylo_mmpose.evaluation.film_samples import named_pair, unique_pairs


class FilmMetric(BaseMetric):
    """Collect truth and prediction of each film and summarise them all at once.

    Samples are as in :func:`.film_pair_from_sample`. Statistics are taken over all
    films on the main process, so batch size, order and number of processes do not
    matter; a film that a sampler hands out twice counts once.

    Args:
        score_threshold: Predicted vertebrae with a lower score are left out.
        **kwargs: Arguments of :class:`mmengine.evaluator.BaseMetric`.

    Attributes:
        pairs: What the last evaluation summarised, of all processes; on the main
            process only, elsewhere empty.
    """

    def __init__(self, score_threshold: float = SCORE_THRESHOLD, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.score_threshold = check_score_threshold(score_threshold)
        self.pairs: list[FilmPair] = []

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Collect the films of one batch."""
        self.results.extend(named_pair(sample) for sample in data_samples)

    def compute_metrics(self, results: list[tuple[str, FilmPair]]) -> dict[str, float]:
        """Summarise the films of all processes."""
        self.pairs = unique_pairs(results)
        return self.summarise(self.pairs)

    @abstractmethod
    def summarise(self, pairs: Sequence[FilmPair]) -> dict[str, float]:
        """Compute the metric values from unique films, sorted by name."""
