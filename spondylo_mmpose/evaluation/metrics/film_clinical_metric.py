"""Clinical error of models that see whole films."""

from collections.abc import Sequence
from typing import Any

from mmpose.registry import METRICS

from spondylo_mmpose.evaluation.detection import compare_films
from spondylo_mmpose.evaluation.film_pairs import (
    SCORE_THRESHOLD,
    FilmPair,
    check_score_threshold,
)
from spondylo_mmpose.evaluation.matched_records import outcome_records
from spondylo_mmpose.evaluation.matching import IOU_THRESHOLD
from spondylo_mmpose.evaluation.metrics.film_metric import FilmMetric
from spondylo_mmpose.evaluation.metrics.meyerding_metric import MeyerdingMetric
from spondylo_mmpose.evaluation.metrics.sagittal_metric import SagittalMetric
from spondylo_mmpose.evaluation.pair_names import pair_naming
from spondylo_mmpose.spine.measurements import NO_SLIP_THRESHOLD


@METRICS.register_module()
class FilmClinicalMetric(FilmMetric):
    """Slip, grade, angles and heights where vertebrae had to be found first.

    :class:`.MeyerdingMetric` and :class:`.SagittalMetric` over the true vertebrae and
    what was matched to them (:mod:`.matched_records`). A pair of which a vertebra was
    missed is one whose slip could not be measured, and its grade is wrong. The truth
    names the pairs: whether the prediction would have named them so is told apart.

    Args:
        score_threshold: Predicted vertebrae with a lower score are left out.
        iou_threshold: Least overlap of the hulls of a predicted and a true vertebra.
        no_slip_threshold: |slip| in percent below which a pair has grade 0.
        intervals: Add 95 % intervals by a bootstrap over patients; they take a moment.
        resamples: Number of the bootstrap's resamples.
        seed: Seed of the bootstrap.
        **kwargs: Arguments of :class:`mmengine.evaluator.BaseMetric`.

    Raises:
        SpondyloError: If the threshold is negative or above the end of grade I.
    """

    # The values bring the prefixes of the two metrics.
    default_prefix = ''

    def __init__(
        self,
        score_threshold: float = SCORE_THRESHOLD,
        iou_threshold: float = IOU_THRESHOLD,
        no_slip_threshold: float = NO_SLIP_THRESHOLD,
        intervals: bool = False,
        resamples: int = 1000,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.score_threshold = check_score_threshold(score_threshold)
        self.iou_threshold = iou_threshold
        how: dict[str, Any] = {
            'intervals': intervals, 'resamples': resamples, 'seed': seed
        }  # fmt: skip
        self.slips = MeyerdingMetric(no_slip_threshold=no_slip_threshold, **how)
        self.angles = SagittalMetric(**how)

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
