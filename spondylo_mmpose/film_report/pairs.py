"""What is measured between a vertebra and the one below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from spondylo_mmpose.film_report import reasons
from spondylo_mmpose.film_report.film_facts import FilmFacts
from spondylo_mmpose.film_report.spine_report import Direction, Pair, ReportOptions
from spondylo_mmpose.spine.anatomy import FloatArray
from spondylo_mmpose.spine.measurements import (
    disc_angles,
    meyerding_grade,
    slip_distance,
    slip_percent,
)
from spondylo_mmpose.uncertainty.normal_errors import normal_reach
from spondylo_mmpose.uncertainty.slip_propagation import slip_stds
from spondylo_mmpose.uncertainty.slips import (
    SlipInterval,
    grades_between,
    grades_text,
    slip_interval,
)

if TYPE_CHECKING:
    from spondylo_mmpose.uncertainty.calibration import Calibration

BORDER_BAND = 3.5
"""Percent; a slip without an interval that is so near a border has either grade.

Corners that err by 2 px (standard deviation), as labels may, move a slip over an end
plate of 80 px by 100 / 80 * sqrt(2 * 2²) points.
"""

DECIMALS = 3
"""Of everything measured; a corner's place is never known to a thousandth of a px."""

_MEASURED = (
    'slip_percent',
    'slip_mm',
    'slip_interval',
    'slip_std',
    'grade',
    'direction',
    'disc_angle',
)


@dataclass(frozen=True)
class IntervalBasis:
    """What the interval of a slip stands on, where a person had a hand in it.

    Attributes:
        no_interval: Why there can be none; empty where nothing is in the way.
        by_observer: Whether a person placed a corner that the slip needs and stated how
            surely. The interval is that of normal errors then: the calibration is of
            the model's.
    """

    no_interval: str = ''
    by_observer: bool = False


@dataclass(frozen=True, eq=False)
class TwoVertebrae:
    """A pair to be measured.

    Attributes:
        corners: ``(2, 4, 2)`` px, the lower one first.
        stds: ``(2, 4)`` calibrated standard deviations, px; ``None`` without.
        levels: Lower and upper level.
        orders: Lower and upper place.
        fault: Why nothing may be measured; empty where nothing is in the way.
        basis: What its interval stands on.
    """

    corners: FloatArray
    stds: FloatArray | None
    levels: tuple[str | None, str | None]
    orders: tuple[int, int]
    fault: str = ''
    basis: IntervalBasis = IntervalBasis()


def measure_pair(
    two: TwoVertebrae,
    film: FilmFacts,
    options: ReportOptions,
    calibration: 'Calibration | None' = None,
) -> Pair:
    """Measure a pair, or tell why not.

    Args:
        two: The pair.
        film: Where it is from.
        options: Thresholds.
        calibration: What validation says of the model's errors.
    """
    fault = two.fault or _fault(two.corners, film)
    if fault or film.facing is None:
        return _unmeasured(two, fault or reasons.FACING)
    slip = _rounded(slip_percent(two.corners, film.facing, film.scale)[0])
    if slip is None:
        return _unmeasured(two, reasons.NO_PLATE)
    grade = int(meyerding_grade(slip, options.no_slip_threshold))
    values: dict[str, Any] = dict.fromkeys(_MEASURED)
    values |= {
        'slip_percent': slip,
        'direction': _direction(slip, grade),
    }
    lost: dict[str, str] = {}
    if film.pixel_spacing_mm is None:
        lost['slip_mm'] = reasons.SPACING
    else:
        length = slip_distance(two.corners, film.facing, film.pixel_spacing_mm)[0]
        values['slip_mm'] = _rounded(length)
    if film.scale is None:
        lost['disc_angle'] = reasons.ASPECT
    else:
        angle = disc_angles(two.corners, film.facing, film.scale)[0]
        values['disc_angle'] = _rounded(angle)
    unknown = two.basis.no_interval
    if calibration is None and not two.basis.by_observer:
        unknown = unknown or reasons.NO_CALIBRATION
    elif two.stds is None:
        unknown = unknown or reasons.NO_STD
    if not unknown:
        interval = _interval(two, film, options, calibration)
        if np.isfinite([interval.low, interval.high]).all():
            ends = _rounded(interval.low), _rounded(interval.high)
            values |= {'slip_interval': ends, 'slip_std': _rounded(interval.std)}
            values['grade'] = interval.grade_text
        else:
            told = np.isfinite(interval.std)
            unknown = reasons.TOO_FEW if told else reasons.NO_STD
    if unknown:
        lost |= dict.fromkeys(('slip_interval', 'slip_std'), unknown)
        band = _band(two, film, options, calibration)
        ends = slip - band, slip + band
        values['grade'] = grades_text(grades_between(*ends, options.no_slip_threshold))
    return _pair(two, values, lost)


def _band(
    two: TwoVertebrae,
    film: FilmFacts,
    options: ReportOptions,
    calibration: 'Calibration | None',
) -> float:
    """How far from a border the grade of a slip without an interval is sure.

    At least as far as the corners reach that the model placed: an interval that is
    lost makes them no surer.
    """
    if calibration is None or two.stds is None or film.facing is None:
        return BORDER_BAND
    (lower, upper), (below, above) = two.corners, np.nan_to_num(two.stds)
    std = float(slip_stds(lower, upper, below, above, film.facing, film.scale)[0])
    level = options.interval_level
    # Where the lower vertebra was renamed, either kind's may be right.
    told = [calibration.slip_quantile(level, name) for name in ('S1', 'L5', None)]
    reach = max([normal_reach(level), *filter(np.isfinite, told)])
    return max(BORDER_BAND, reach * std)


def _unmeasured(two: TwoVertebrae, why: str) -> Pair:
    return _pair(two, dict.fromkeys(_MEASURED), dict.fromkeys(_MEASURED, why))


def _pair(two: TwoVertebrae, values: dict[str, Any], lost: dict[str, str]) -> Pair:
    (lower, upper), (lower_order, upper_order) = two.levels, two.orders
    named = (('upper', upper), ('lower', lower))
    lost = {name: reasons.NO_NAME for name, level in named if level is None} | lost
    return Pair(upper, lower, upper_order, lower_order, **values, reasons=lost)


def _fault(corners: FloatArray, film: FilmFacts) -> str:
    """Why the corners of a pair measure nothing, empty if they do."""
    lower, upper = corners
    # Which side is posterior does not matter here: both are asked for.
    needed: Sequence[FloatArray] = [*lower[:2], *upper[2:]]
    if not np.isfinite(needed).all():
        return reasons.MISSING
    if outside_film(np.array(needed), film).any():
        return reasons.OUTSIDE
    return ''


def outside_film(points: FloatArray, film: FilmFacts) -> FloatArray:
    """Which points ``(N, 2)`` lie more than rounding outside the film, ``(N,)``."""
    # As for labels: 1 px on a film of 640 px.
    slack = max(film.width, film.height) / 640
    size = np.array([film.width, film.height]) - 1
    return np.asarray(((points < -slack) | (points > size + slack)).any(-1))


def _interval(
    two: TwoVertebrae,
    film: FilmFacts,
    options: ReportOptions,
    calibration: 'Calibration | None',
) -> SlipInterval:
    assert two.stds is not None and film.facing is not None
    (lower, upper), (lower_stds, upper_stds) = two.corners, two.stds
    return slip_interval(
        lower,
        upper,
        lower_stds,
        upper_stds,
        film.facing,
        options.interval_level,
        calibration,
        lower_level=two.levels[0],
        spacing=film.scale,
        no_slip_threshold=options.no_slip_threshold,
        method='delta' if two.basis.by_observer else 'conformal',
    )


def _direction(slip: float, grade: int) -> Direction:
    if grade == 0:
        return 'none'
    return 'anterolisthesis' if slip > 0 else 'retrolisthesis'


def _rounded(value: float) -> float | None:
    return round(float(value), DECIMALS) if np.isfinite(value) else None
