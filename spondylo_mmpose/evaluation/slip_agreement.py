"""Predicted beside true slips of some pairs: all that is told of them, in one place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spondylo_mmpose.evaluation import grading
from spondylo_mmpose.evaluation.agreement import Agreement, Share, agreement, share
from spondylo_mmpose.evaluation.grading import Finding
from spondylo_mmpose.spine.measurements import (
    GRADE_BORDERS,
    GRADES,
    NO_SLIP_THRESHOLD,
    meyerding_grade,
)

WITHIN = (2.5, 5.0, 10.0)
"""Errors of a slip, percentage points, whose shares are counted."""

NEAR_BORDER = (1.0, 2.5)
"""Distances from a border between grades, percentage points, that are counted."""

LEAST_GRADES = (1, 2)
"""A slip of these grades or more is a finding of its own."""

_FINDING = ('sensitivity', 'specificity', 'positive_predictive', 'negative_predictive')
_OF_LEVELS = (
    'slip_MAE', 'slip_bias', 'slip_SD', 'slip_unmeasured', 'grade_accuracy',
    'kappa_quadratic', 'pairs', 'pairs_graded_1_or_more', 'pairs_graded_2_or_more',
    *(f'{name}_{least}_or_more' for least in LEAST_GRADES for name in _FINDING[:2]),
)  # fmt: skip


@dataclass(frozen=True)
class SlipAgreement:
    """Predicted and true slips of the pairs that the truth can measure.

    Attributes:
        slip: Errors of the slip, percentage points.
        within: Pairs whose error is at most so many points; one that was not measured
            is none of them.
        accuracy: Pairs whose grade is right.
        kappa: Quadratic-weighted kappa of the grades.
        findings: By the lowest grade that counts as one.
        confusion: See :func:`.grading.confusion`.
        near_border: Pairs whose true slip is at most so many points from a border.
    """

    slip: Agreement
    within: Mapping[float, Share]
    accuracy: Share
    kappa: float
    findings: Mapping[int, Finding]
    confusion: NDArray[np.int64]
    near_border: Mapping[float, Share]

    def metrics(self) -> dict[str, float]:
        """All of it but the confusion matrix as named numbers; shares in percent."""
        slip = self.slip
        values: dict[str, float] = {
            'slip_MAE': slip.mean_absolute,
            'slip_median': slip.median_absolute,
            'slip_bias': slip.bias,
            'slip_SD': slip.deviation,
            'slip_LoA_lower': slip.limits[0],
            'slip_LoA_upper': slip.limits[1],
            **_interval('slip_bias', slip.bias_interval),
            **_interval('slip_LoA_lower', slip.limit_intervals[0]),
            **_interval('slip_LoA_upper', slip.limit_intervals[1]),
            'slip_unmeasured': slip.unmeasured,
            'slip_unmeasured_percent': slip.unmeasured_percent,
        }
        for points, counted in self.within.items():
            values |= _shares(f'slip_within_{points:g}', counted)
        values |= _shares('grade_accuracy', self.accuracy)
        values['kappa_quadratic'] = self.kappa
        for least, found in self.findings.items():
            for name in _FINDING:
                values |= _shares(f'{name}_{least}_or_more', getattr(found, name))
            values[f'prevalence_{least}_or_more'] = found.prevalence.percent
            values[f'pairs_graded_{least}_or_more'] = found.prevalence.hits
        for points, counted in self.near_border.items():
            values[f'pairs_within_{points:g}_of_border'] = counted.percent
        values['pairs'] = slip.number
        return values

    def level_metrics(self) -> dict[str, float]:
        """The few of :meth:`metrics` that are logged for each pair of levels."""
        values = self.metrics()
        return {name: values[name] for name in _OF_LEVELS}

    def details(self) -> dict[str, Any]:
        """All of it for JSON: :meth:`metrics`, the confusion matrix and the counts."""
        return {
            'metrics': self.metrics(),
            'confusion': {
                'rows': 'true grade',
                'columns': 'predicted grade',
                'row_names': list(GRADES),
                'column_names': [*GRADES, grading.NOT_MEASURED],
                'pairs': self.confusion.tolist(),
            },
            'counts': {
                f'{name}_{least}_or_more': [counted.hits, counted.number]
                for least, found in self.findings.items()
                for name, counted in vars(found).items()
            },
        }


def compare_slips(
    true: ArrayLike,
    predicted: ArrayLike,
    no_slip_threshold: float = NO_SLIP_THRESHOLD,
) -> SlipAgreement:
    """Compare slips and the grades that follow from them.

    Args:
        true: ``(N,)`` percent, finite.
        predicted: ``(N,)`` percent; what is not finite was not measured.
        no_slip_threshold: |slip| in percent below which a pair has grade 0.
    """
    slips = np.asarray(true, dtype=np.float64).ravel()
    found = np.asarray(predicted, dtype=np.float64).ravel()
    # An infinite slip is no slip of grade V but one that could not be measured.
    found = np.where(np.isfinite(found), found, np.nan)
    grades = meyerding_grade(slips, no_slip_threshold)
    graded = meyerding_grade(found, no_slip_threshold)
    error = np.abs(found - slips).round(10)
    distance = grading.border_distance(slips, no_slip_threshold).round(10)
    return SlipAgreement(
        slip=agreement(found - slips),
        within={points: share(error <= points) for points in WITHIN},
        accuracy=grading.accuracy(grades, graded),
        kappa=grading.quadratic_kappa(grades, graded),
        findings={n: grading.finding(grades, graded, n) for n in LEAST_GRADES},
        confusion=grading.confusion(grades, graded),
        near_border={points: share(distance <= points) for points in NEAR_BORDER},
    )


def rules(no_slip_threshold: float) -> dict[str, str]:
    """What the numbers rest on, in words, for whatever prints them."""
    borders = ', '.join(f'{border:g}' for border in GRADE_BORDERS)
    return {
        'slip': 'percent of the superior end plate of the lower vertebra, parallel to '
        'it, from its posterior corner to the posterior inferior corner of the upper '
        'vertebra; positive is anterolisthesis',
        'grade': 'Meyerding grade of |slip|',
        'no_slip': f'|slip| below {no_slip_threshold:g} % is grade 0; exactly '
        f'{no_slip_threshold:g} % is graded',
        'borders': f'{borders} % are the upper ends of I to IV and belong to the lower '
        'grade; more is V',
        'reference': 'grade of the labelled corners, no radiologist grade',
        'facing': 'told from the corners, of truth and prediction each from its own',
        'unmeasured': 'a pair whose predicted slip is not finite is a wrong grade, is '
        'never within an error, is neither found nor ruled out, and for kappa has the '
        'grade farthest from the true one; mean, bias and limits are those of '
        'the others (the mean is infinite where there are none), so read them '
        'together with the number of pairs not measured (slip_unmeasured)',
        'limits': 'bias ± 1.96 standard deviations (Bland and Altman 1986)',
        'intervals': '95 %; of shares by Wilson, of bias and limits by Bland and '
        'Altman; they take pairs for independent and are too narrow where a patient '
        'has several',
    }


def _interval(name: str, interval: tuple[float, float]) -> dict[str, float]:
    return {f'{name}_CI_low': interval[0], f'{name}_CI_high': interval[1]}


def _shares(name: str, counted: Share) -> dict[str, float]:
    return {name: counted.percent, **_interval(name, counted.interval)}
