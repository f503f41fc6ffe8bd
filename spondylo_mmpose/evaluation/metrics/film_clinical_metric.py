"""Clinical error of models that see whole films."""

from collections.abc import Sequence
from typing import Any

from mmpose.registry import METRICS

from spondylo_mmpose.evaluation.detection import compare_films
from spondylo_mmpose.evaluation.film_pairs import (
    FilmPair,
)
from spondylo_mmpose.evaluation.matched_records import outcome_records
from spondylo_mmpose.evaluation.matching import IOU_THRESHOLD
from spondylo_mmpose.evaluation.metrics.film_metric import FilmMetric
from spondylo_mmpose.evaluation.metrics.interval_metric import IntervalMetric
from spondylo_mmpose.evaluation.metrics.meyerding_metric import MeyerdingMetric
from spondylo_mmpose.evaluation.metrics.sagittal_metric import SagittalMetric
from spondylo_mmpose.evaluation.pair_names import pair_naming
from spondylo_mmpose.spine.measurements import NO_SLIP_THRESHOLD


@METRICS.register_module()
class FilmClinicalMetric(IntervalMetric, FilmMetric):
    """Slip, grade, angles and heights where vertebrae had to be found first.

    :class:`.MeyerdingMetric` and :class:`.SagittalMetric` over the true vertebrae and
    what was matched to them (:mod:`.matched_records`). A pair of which a vertebra was
    missed is one whose slip could not be measured, and its grade is wrong. The truth
    names the pairs: whether the prediction would have named them so is told apart.

    Args:
        iou_threshold: Least overlap of the hulls of a predicted and a true vertebra.
        no_slip_threshold: |slip| in percent below which a pair has grade 0.
        **kwargs: Arguments of :class:`.IntervalMetric` and :class:`.FilmMetric`.

    Raises:
        SpondyloError: If the threshold is negative or above the end of grade I.
    """

    # The values bring the prefixes of the two metrics.
    default_prefix = ''

    def __init__(
        self,
        iou_threshold: float = IOU_THRESHOLD,
        no_slip_threshold: float = NO_SLIP_THRESHOLD,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.iou_threshold = iou_threshold
        self.slips = MeyerdingMetric(no_slip_threshold=no_slip_threshold)
        self.angles = SagittalMetric()
        self.slips.bootstrap = self.angles.bootstrap = self.bootstrap

    def summarise(self, pairs: Sequence[FilmPair]) -> dict[str, float]:
        """Measure all films.

        Returns:
            ``clinical/`` and the names of :meth:`.MeyerdingMetric.summarise`,
            ``sagittal/`` and those of :meth:`.SagittalMetric.summarise`, and
            ``clinical/`` with those of :func:`.pair_naming`.
        """
        outcomes = compare_films(pairs, self.score_threshold, self.iou_threshold)
        records = outcome_records(outcomes)
        clinical = self.slips.summarise(records) | pair_naming(outcomes)
        return {f'{self.slips.prefix}/{k}': v for k, v in clinical.items()} | {
            f'{self.angles.prefix}/{name}': value
            for name, value in self.angles.summarise(records).items()
        }
