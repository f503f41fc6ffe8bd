"""Everything that can be measured on predictions, under the names of the metrics.

Training, testing, files from elsewhere and reports all get their numbers from the same
classes.
"""

from collections.abc import Sequence

from spondylo_mmpose.evaluation.film_pairs import SCORE_THRESHOLD, FilmPair
from spondylo_mmpose.evaluation.metrics import (
    FilmClinicalMetric,
    MeyerdingMetric,
    PublishedSlotMetric,
    RadialErrorMetric,
    SagittalMetric,
    SpineDetectionMetric,
)
from spondylo_mmpose.evaluation.metrics.corner_metric import CornerMetric
from spondylo_mmpose.evaluation.metrics.film_metric import FilmMetric
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.spine.measurements import NO_SLIP_THRESHOLD


def measure_records(
    records: Sequence[VertebraRecord],
    *,
    no_slip_threshold: float = NO_SLIP_THRESHOLD,
    intervals: bool = False,
    detailed: bool = False,
) -> dict[str, float]:
    """Measure vertebrae whose boxes were given.

    Args:
        records: Unique vertebrae.
        no_slip_threshold: |slip| in percent below which a pair has grade 0.
        intervals: Add 95 % intervals by a bootstrap over patients.
        detailed: Add the error of each corner at each level.

    Returns:
        Values of :class:`.RadialErrorMetric` (``corner/``), :class:`.MeyerdingMetric`
        (``clinical/``) and :class:`.SagittalMetric` (``sagittal/``).

    Raises:
        SpondyloError: If the threshold is negative or above the end of grade I.
    """
    metrics: tuple[CornerMetric, ...] = (
        RadialErrorMetric(intervals=intervals, detailed=detailed),
        MeyerdingMetric(no_slip_threshold=no_slip_threshold, intervals=intervals),
        SagittalMetric(intervals=intervals),
    )
    return {
        f'{metric.prefix}/{name}': value
        for metric in metrics
        for name, value in metric.summarise(records).items()
    }


def measure_pairs(
    pairs: Sequence[FilmPair],
    *,
    score_threshold: float = SCORE_THRESHOLD,
    no_slip_threshold: float = NO_SLIP_THRESHOLD,
    intervals: bool = False,
) -> dict[str, float]:
    """Measure whole films on which vertebrae had to be found.

    Args:
        pairs: From :func:`.pair_films`.
        score_threshold: Predicted vertebrae with a lower score are left out.
        no_slip_threshold: |slip| in percent below which a pair has grade 0.
        intervals: Add 95 % intervals by a bootstrap over patients.

    Returns:
        Values of :class:`.SpineDetectionMetric` (``spine/``),
        :class:`.FilmClinicalMetric` (``clinical/``, ``sagittal/``) and
        :class:`.PublishedSlotMetric` (``published_slot/``).

    Raises:
        SpondyloError: If the threshold is negative or above the end of grade I.
    """
    metrics: tuple[FilmMetric, ...] = (
        SpineDetectionMetric(score_threshold=score_threshold, intervals=intervals),
        FilmClinicalMetric(
            score_threshold=score_threshold,
            no_slip_threshold=no_slip_threshold,
            intervals=intervals,
        ),
        PublishedSlotMetric(score_threshold=score_threshold),
    )
    return {
        f'{metric.prefix}/{name}' if metric.prefix else name: value
        for metric in metrics
        for name, value in metric.summarise(pairs).items()
    }
