"""What the metrics over given boxes share."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from spondylo_mmpose.evaluation.metrics.interval_metric import IntervalMetric
from spondylo_mmpose.evaluation.records import (
    VertebraRecord,
    record_from_sample,
    unique_records,
)


class CornerMetric(IntervalMetric):
    """Collect one :class:`.VertebraRecord` per sample and summarise them all at once.

    Statistics are taken over the whole pool on the main process, so batch size, order
    and number of processes do not matter.

    Args:
        **kwargs: Arguments of :class:`.IntervalMetric`.

    Attributes:
        records: What the last evaluation summarised, of all processes; on the main
            process only, elsewhere empty.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.records: list[VertebraRecord] = []

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Collect the records of one batch."""
        self.results.extend(record_from_sample(sample) for sample in data_samples)

    def compute_metrics(self, results: list[VertebraRecord]) -> dict[str, float]:
        """Summarise the records of all processes."""
        self.records = unique_records(results)
        return self.summarise(self.records)

    @abstractmethod
    def summarise(self, records: Sequence[VertebraRecord]) -> dict[str, float]:
        """Compute the metric values from unique, sorted records."""
