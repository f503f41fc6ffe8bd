"""What the metrics that tell intervals share."""

from typing import Any

from mmengine.evaluator import BaseMetric

from spondylo_mmpose.evaluation.intervals import Bootstrap


class IntervalMetric(BaseMetric):
    """A metric whose values may come with 95 % intervals by a bootstrap over patients.

    Args:
        intervals: Add the intervals; they take a moment.
        resamples: Number of the bootstrap's resamples.
        seed: Seed of the bootstrap.
        **kwargs: Arguments of the next class, :class:`mmengine.evaluator.BaseMetric`
            at last.

    Attributes:
        bootstrap: How intervals are made; ``None`` without them.
    """

    def __init__(
        self,
        intervals: bool = False,
        resamples: int = 1000,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.bootstrap = Bootstrap(resamples, seed=seed) if intervals else None
