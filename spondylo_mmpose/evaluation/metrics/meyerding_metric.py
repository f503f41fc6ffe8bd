"""Clinical error given the true boxes: slip percentage and Meyerding grade."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmpose.registry import METRICS

from spondylo_mmpose.evaluation.clinical import slip_pairs
from spondylo_mmpose.evaluation.metrics.corner_metric import CornerMetric
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.spine.measurements import NO_SLIP_THRESHOLD, meyerding_grade


@METRICS.register_module()
class MeyerdingMetric(CornerMetric):
    """Slip and grade from predicted corners against those from the true corners.

    The reference grade is the grade of the true corners: the public data hold no
    radiologist's grade.

    Args:
        no_slip_threshold: |slip| in percent below which a pair has grade 0.
        **kwargs: Arguments of :class:`mmengine.evaluator.BaseMetric`.
    """

    default_prefix = 'clinical'

    def __init__(
        self, no_slip_threshold: float = NO_SLIP_THRESHOLD, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.no_slip_threshold = no_slip_threshold

    def summarise(self, records: Sequence[VertebraRecord]) -> dict[str, float]:
        """Compare slips and grades over all pairs that the truth can measure.

        Returns:
            ``slip_MAE``, ``slip_bias`` and ``slip_SD`` of the difference (predicted
            minus true, percentage points), ``grade_accuracy`` (percent), the same per
            pair of levels as ``slip_MAE/L5-S1``, ``facing_agreement`` (percent of the
            pairs), ``pairs``, ``pairs_in_mm`` (measured free of the film's stretch),
            ``pairs_graded_1_or_more`` (by the truth) and ``no_slip_threshold``. A pair
            whose predicted slip can't be measured counts as a wrong grade and makes the
            slip errors infinite.
        """
        pairs = [p for p in slip_pairs(records) if np.isfinite(p.true)]
        true = np.array([p.true for p in pairs])
        predicted = np.array([p.predicted for p in pairs])
        error = np.where(np.isfinite(predicted), predicted - true, np.inf)
        grade = meyerding_grade(true, self.no_slip_threshold)
        right = grade == meyerding_grade(predicted, self.no_slip_threshold)
        metrics = {
            'slip_MAE': _mean(np.abs(error)),
            'slip_bias': _mean(error),
            'slip_SD': float(np.std(error, ddof=1))
            if len(error) > 1 and np.isfinite(error).all()
            else float('nan'),
            'grade_accuracy': 100.0 * _mean(right),
            'facing_agreement': 100.0 * _mean([p.facing_agrees for p in pairs]),
            'pairs': len(pairs),
            'pairs_in_mm': sum(p.in_mm for p in pairs),
            'pairs_graded_1_or_more': int((grade >= 1).sum()),
            'no_slip_threshold': self.no_slip_threshold,
        }
        names = np.array([p.name for p in pairs], dtype=object)
        for name in dict.fromkeys(names):
            chosen = names == name
            metrics[f'slip_MAE/{name}'] = _mean(np.abs(error[chosen]))
            metrics[f'grade_accuracy/{name}'] = 100.0 * _mean(right[chosen])
        return metrics


def _mean(values: Sequence[float] | np.ndarray) -> float:
    return float(np.mean(values)) if len(values) else float('nan')
