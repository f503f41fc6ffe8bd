"""Clinical error: slip percentage and Meyerding grade."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mmpose.registry import METRICS

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.clinical import (
    SlipPair,
    level_pair_key,
    measured_by_truth,
)
from spondylo_mmpose.evaluation.intervals import patients_by_film
from spondylo_mmpose.evaluation.metrics.corner_metric import CornerMetric
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.evaluation.slip_agreement import (
    SlipAgreement,
    compare_slips,
    rules,
)
from spondylo_mmpose.evaluation.slip_intervals import slip_intervals
from spondylo_mmpose.spine.measurements import GRADE_BORDERS, NO_SLIP_THRESHOLD


@METRICS.register_module()
class MeyerdingMetric(CornerMetric):
    """Slip and grade from predicted corners against those from the true corners.

    The reference grade is the grade of the true corners: the public data hold no
    radiologist's grade.

    Args:
        no_slip_threshold: |slip| in percent below which a pair has grade 0.
        **kwargs: Arguments of :class:`.CornerMetric`.

    Raises:
        SpondyloError: If the threshold is negative or above the end of grade I.
    """

    default_prefix = 'clinical'

    def __init__(
        self,
        no_slip_threshold: float = NO_SLIP_THRESHOLD,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not 0 <= no_slip_threshold <= GRADE_BORDERS[0]:
            raise SpondyloError(
                f'no_slip_threshold={no_slip_threshold}: must lie between 0 and the '
                f'end of grade I, {GRADE_BORDERS[0]:g} %'
            )
        self.no_slip_threshold = no_slip_threshold

    def summarise(self, records: Sequence[VertebraRecord]) -> dict[str, float]:
        """Compare slips and grades over all pairs that the truth can measure.

        Returns:
            The names of :meth:`.SlipAgreement.metrics`: slip errors in percentage
            points, shares in percent, 95 % intervals as ``..._CI_low`` and
            ``..._CI_high``; those of :meth:`.SlipAgreement.level_metrics` for each pair
            of levels as ``slip_MAE/L5-S1``; ``facing_agreement`` (percent of the
            pairs), ``pairs_in_mm`` (their pixel spacing is known),
            ``pairs_true_aspect`` (measured free of the film's stretch) and
            ``no_slip_threshold``; with ``intervals`` also the names of
            :func:`.slip_intervals`. :func:`.slip_agreement.rules` says how pairs count
            whose predicted slip can't be measured.
        """
        pairs = measured_by_truth(records)
        metrics = self._compare(pairs).metrics()
        facing = [p.facing_agrees for p in pairs]
        metrics['facing_agreement'] = (
            100.0 * float(np.mean(facing)) if facing else float('nan')
        )
        metrics['pairs_in_mm'] = sum(p.in_mm for p in pairs)
        metrics['pairs_true_aspect'] = sum(p.true_aspect for p in pairs)
        metrics['no_slip_threshold'] = self.no_slip_threshold
        for name, found in self._by_levels(pairs).items():
            for key, value in found.level_metrics().items():
                metrics[f'{key}/{name}'] = value
        if self.bootstrap is not None:
            patients = patients_by_film(records)
            metrics |= slip_intervals(
                [p.true for p in pairs],
                [p.predicted for p in pairs],
                [patients[p.film_id] for p in pairs],
                self.no_slip_threshold,
                self.bootstrap,
            )
        return metrics

    def details(self, records: Sequence[VertebraRecord]) -> dict[str, Any]:
        """What no single number holds, for reports; ready for JSON.

        Args:
            records: Unique records, as :meth:`summarise` takes them.

        Returns:
            ``rules`` in words, and under ``all`` and, by name of the pair, under
            ``levels`` what :meth:`.SlipAgreement.details` gives: every number, the
            confusion matrix with its names, the counts behind the shares.
        """
        pairs = measured_by_truth(records)
        levels = self._by_levels(pairs)
        return {
            'rules': rules(self.no_slip_threshold),
            'all': self._compare(pairs).details(),
            'levels': {name: found.details() for name, found in levels.items()},
        }

    def _by_levels(self, pairs: Sequence[SlipPair]) -> Mapping[str, SlipAgreement]:
        names = sorted({p.name for p in pairs}, key=level_pair_key)
        return {n: self._compare([p for p in pairs if p.name == n]) for n in names}

    def _compare(self, pairs: Sequence[SlipPair]) -> SlipAgreement:
        return compare_slips(
            [p.true for p in pairs],
            [p.predicted for p in pairs],
            self.no_slip_threshold,
        )
