"""The interval of a slip, and what it leaves open of the grade."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike

from spondylo_mmpose.spine.anatomy import Facing, FloatArray, as_spine
from spondylo_mmpose.spine.measurements import (
    GRADES,
    NO_SLIP_THRESHOLD,
    meyerding_grade,
)
from spondylo_mmpose.uncertainty.normal_errors import normal_reach
from spondylo_mmpose.uncertainty.slip_propagation import (
    paired_slips,
    sampled_slips,
    slip_stds,
)

if TYPE_CHECKING:
    from spondylo_mmpose.uncertainty.calibration import Calibration

Method = Literal['conformal', 'monte_carlo', 'delta']
MadeBy = Literal['conformal', 'normal', 'monte_carlo', 'delta']


@dataclass(frozen=True)
class SlipInterval:
    """Between which limits the true slip of a pair lies.

    Attributes:
        low: Lower limit, percent; NaN where the slip or a deviation is not known,
            infinite where the calibration saw too few patients for the level.
        high: Upper limit, percent.
        std: Standard deviation of the slip, percentage points, propagated from those of
            the corners.
        grades: Names of the Meyerding grades that slips between the limits have, rising
            and without a gap; empty where the limits are not known.
        slip: The measured slip, percent.
        level: Share of true slips that such intervals hold.
        method: How it was made; ``'normal'`` with a calibration whose quantiles are
            those of normal errors, which are not conformal.
    """

    low: float
    high: float
    std: float
    grades: tuple[str, ...]
    slip: float = float('nan')
    level: float = float('nan')
    method: MadeBy = 'monte_carlo'

    @property
    def is_certain(self) -> bool:
        """Whether all slips between the limits have one grade."""
        return len(self.grades) == 1

    @property
    def grade_text(self) -> str:
        """``II``, ``I-II, uncertain``, or ``not measured``."""
        return grades_text(self.grades)


def slip_interval(
    lower_corners: ArrayLike,
    upper_corners: ArrayLike,
    lower_stds: ArrayLike,
    upper_stds: ArrayLike,
    facing: Facing,
    level: float = 0.9,
    calibration: 'Calibration | None' = None,
    *,
    lower_level: str | None = None,
    spacing: ArrayLike | None = None,
    no_slip_threshold: float = NO_SLIP_THRESHOLD,
    method: Method | None = None,
    correlation: float = 0.0,
    samples: int = 4096,
    seed: int = 0,
) -> SlipInterval:
    """Interval of the slip of one pair.

    Args:
        lower_corners: ``(4, 2)`` px, in the order of ``anatomy.CORNERS``.
        upper_corners: ``(4, 2)`` px.
        lower_stds: ``(4,)`` calibrated standard deviation of each corner in x and in
            y, px (:meth:`.Calibration.stds`).
        upper_stds: ``(4,)`` px.
        facing: Image side that is anterior.
        level: Share of true slips that such intervals hold, in (0, 1).
        calibration: What validation says of errors of slips.
        lower_level: Level of the lower vertebra, such as ``'S1'``, if known; the
            calibration may know more of its kind.
        spacing: ``(x, y)`` size of a pixel, see :mod:`.measurements`.
        no_slip_threshold: |slip| in percent below which a pair has grade 0.
        method: ``'conformal'``, the default with a calibration: the slip ± quantile *
            standard deviation, whose quantile comes from validation
            (:meth:`.Calibration.slip_quantile`). ``'monte_carlo'``, the default
            without: quantiles of slips of moved corners (:func:`.sampled_slips`).
            ``'delta'``: the slip ± quantile of the normal distribution * standard
            deviation.
        correlation: Of corners' errors, see :mod:`.slip_propagation`.
        samples: Draws of ``'monte_carlo'``.
        seed: Of the draws.

    Raises:
        ValueError: If the level is not in (0, 1), the calibration does not know it, or
            ``'conformal'`` is asked for without one.
    """
    if not 0 < level < 1:
        raise ValueError(f'level={level}: must lie between 0 and 1')
    how: MadeBy = method or ('monte_carlo' if calibration is None else 'conformal')
    below, above = _one(lower_corners), _one(upper_corners)
    slip = float(paired_slips(below, above, facing, spacing)[0])
    errors = (below, above, lower_stds, upper_stds, facing, spacing, correlation)
    std = float(slip_stds(*errors)[0])
    if how == 'monte_carlo':
        drawn = sampled_slips(*errors, samples, seed)[0]
        low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    elif how == 'delta':
        low, high = slip + normal_reach(level) * std * np.array([-1, 1])
    elif how == 'conformal':
        if calibration is None:
            raise ValueError("method='conformal' needs a calibration")
        how = calibration.method
        quantile = calibration.slip_quantile(level, lower_level)
        # No deviation at all stays none, however many of it.
        reach = quantile * std if std else 0.0
        low, high = slip - reach, slip + reach
    else:
        raise ValueError(
            f"method={how!r}: must be 'conformal', 'monte_carlo' or 'delta'"
        )
    grades = grades_between(float(low), float(high), no_slip_threshold)
    return SlipInterval(float(low), float(high), std, grades, slip, level, how)


def grades_text(grades: Sequence[str]) -> str:
    """``II``, ``I-II, uncertain``, or ``not measured``.

    Args:
        grades: What :func:`grades_between` gives.
    """
    if not grades:
        return 'not measured'
    if len(grades) == 1:
        return grades[0]
    return f'{grades[0]}-{grades[-1]}, uncertain'


def grades_between(
    low: float, high: float, no_slip_threshold: float = NO_SLIP_THRESHOLD
) -> tuple[str, ...]:
    """Names of the grades that slips between two limits have, rising.

    Args:
        low: Percent.
        high: Percent.
        no_slip_threshold: |slip| in percent below which a pair has grade 0.

    Returns:
        Empty where a limit is NaN. An interval around 0 begins with the grade of 0.
    """
    if np.isnan(low) or np.isnan(high):
        return ()
    sizes = sorted((abs(low), abs(high)))
    if low <= 0 <= high:
        sizes[0] = 0.0
    first, last = meyerding_grade(sizes, no_slip_threshold).astype(int)
    return GRADES[first : last + 1]


def grade_probabilities(
    slips: ArrayLike, no_slip_threshold: float = NO_SLIP_THRESHOLD
) -> FloatArray:
    """How often each grade is drawn.

    Args:
        slips: ``(..., samples)`` percent, of :func:`.sampled_slips`.
        no_slip_threshold: |slip| in percent below which a pair has grade 0.

    Returns:
        ``(..., 6)``, grades 0 to V; their sum is 1. NaN where a slip is.
    """
    grades = meyerding_grade(slips, no_slip_threshold)
    counted = [(grades == grade).mean(-1) for grade in range(len(GRADES))]
    lost = np.isnan(grades).any(-1, keepdims=True)
    return np.where(lost, np.nan, np.stack(counted, -1))


def _one(corners: ArrayLike) -> FloatArray:
    spine = as_spine(corners)
    if len(spine) != 1:
        raise ValueError(f'{len(spine)} vertebrae instead of one')
    return spine
