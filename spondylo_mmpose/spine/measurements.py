"""Slip, Meyerding grade, angles and heights from corners: pure NumPy, vectorised.

A *spine* is ``(N, 4, 2)`` in the corner order of :mod:`.anatomy`, sorted from the
lowest vertebra upward. *Pair i* is vertebra ``i + 1`` (upper) on vertebra ``i``
(lower). A missing corner is NaN, and so is everything that would need it.

Angles and lengths are only true where x and y have one scale: pass ``spacing`` (mm per
px in x and y, or any two numbers in that ratio) for films that were stretched. Ratios
along one end plate hardly depend on it.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spondylo_mmpose.spine.anatomy import (
    Facing,
    FloatArray,
    anatomical_corners,
    as_spine,
)

GRADES = ('0', 'I', 'II', 'III', 'IV', 'V')
"""Names of the grades 0 to 5."""

GRADE_BORDERS = (25.0, 50.0, 75.0, 100.0)
"""Upper ends of the grades I to IV in percent slip (Meyerding 1932)."""

NO_SLIP_THRESHOLD = 5.0
"""Default |slip| in percent below which a pair counts as not slipped (grade 0).

Meyerding knew no such class; without one every healthy pair would be grade I. Reports
print the threshold that they used.
"""


def to_scale(corners: ArrayLike, spacing: ArrayLike | None = None) -> FloatArray:
    """Corners in units of ``spacing``.

    Args:
        corners: ``(N, 4, 2)``, px.
        spacing: ``(x, y)`` size of a pixel, e.g. in mm; ``None`` leaves px.

    Raises:
        ValueError: If a spacing is not positive and finite.
    """
    spine = as_spine(corners)
    if spacing is None:
        return spine
    scale = np.asarray(spacing, dtype=np.float64)
    if scale.shape != (2,) or not (np.isfinite(scale) & (scale > 0)).all():
        raise ValueError(
            f'spacing must be two positive numbers (x, y), not {spacing!r}'
        )
    return spine * scale


def slip_percent(
    corners: ArrayLike, facing: Facing, spacing: ArrayLike | None = None
) -> FloatArray:
    """Slip of each vertebra on the one below it, in percent of the lower end plate.

    With ``u`` the unit vector along the lower vertebra's superior end plate from
    posterior to anterior: ``100 * dot(PI_upper - PS_lower, u) / |AS_lower - PS_lower|``
    (Taillard's ratio, measured parallel to the end plate). Positive is anterolisthesis,
    negative retrolisthesis.

    Args:
        corners: ``(N, 4, 2)`` from the lowest vertebra upward, px.
        facing: Image side that is anterior.
        spacing: See the module's docstring.

    Returns:
        ``(max(N - 1, 0),)`` percent; NaN where a corner is missing or the lower end
        plate has no length.
    """
    ps, as_, pi, _ = anatomical_corners(to_scale(corners, spacing), facing)
    plate = as_[:-1] - ps[:-1]
    squared = (plate**2).sum(-1)
    along = ((pi[1:] - ps[:-1]) * plate).sum(-1)
    return 100.0 * np.divide(
        along, squared, out=np.full_like(along, np.nan), where=squared > 0
    )


def slip_distance(
    corners: ArrayLike, facing: Facing, spacing: ArrayLike | None = None
) -> FloatArray:
    """Slip along the lower end plate as a length, in units of ``spacing`` (or px)."""
    lower = end_plate_lengths(corners, spacing)[:-1, 0]
    return slip_percent(corners, facing, spacing) * lower / 100.0


def meyerding_grade(
    slip: ArrayLike, no_slip_threshold: float = NO_SLIP_THRESHOLD
) -> FloatArray:
    """Meyerding grade of a slip, from its absolute value.

    Grade 0 is ``|slip| < no_slip_threshold``; the upper borders 25, 50, 75 and 100 %
    belong to the lower grade; above 100 % is V (spondyloptosis).

    Args:
        slip: Percent, any shape.
        no_slip_threshold: Percent.

    Returns:
        Grades 0 to 5 as floats, NaN where the slip is NaN.
    """
    # Ten decimals: a slip of exactly 25 % must not turn II by floating-point dust.
    size = np.abs(np.asarray(slip, dtype=np.float64)).round(10)
    grade = 1.0 + np.searchsorted(GRADE_BORDERS, size, side='left')
    grade = np.where(size < no_slip_threshold, 0.0, grade)
    return np.where(np.isnan(size), np.nan, grade)


def end_plate_lengths(
    corners: ArrayLike, spacing: ArrayLike | None = None
) -> FloatArray:
    """Lengths of the superior and inferior end plate, ``(N, 2)``."""
    spine = to_scale(corners, spacing)
    return np.linalg.norm(spine[:, [1, 3]] - spine[:, [0, 2]], axis=-1)


def median_end_plate(corners: ArrayLike) -> float:
    """Median length of a film's end plates, px; NaN where none is known."""
    plates = end_plate_lengths(corners)
    return float(np.nanmedian(plates)) if np.isfinite(plates).any() else float('nan')


def end_plate_angles(
    corners: ArrayLike, facing: Facing, spacing: ArrayLike | None = None
) -> FloatArray:
    """Tilt of the superior and inferior end plate against the horizontal.

    Returns:
        ``(N, 2)`` degrees in (-180, 180]; positive when the anterior end is the lower
        one, as on the sacrum.
    """
    ps, as_, pi, ai = anatomical_corners(to_scale(corners, spacing), facing)
    plates = np.stack([as_ - ps, ai - pi], axis=1)
    forward = plates[..., 0] * (-1.0 if facing == 'left' else 1.0)
    return np.degrees(np.arctan2(plates[..., 1], forward))


def disc_angles(
    corners: ArrayLike, facing: Facing, spacing: ArrayLike | None = None
) -> FloatArray:
    """Angle of each disc between the two end plates that bound it.

    Returns:
        ``(max(N - 1, 0),)`` degrees, positive when the disc opens forward (lordotic).
    """
    angles = end_plate_angles(corners, facing, spacing)
    return wrap_degrees(angles[:-1, 0] - angles[1:, 1])


def sagittal_angle(
    corners: ArrayLike,
    facing: Facing,
    lower: int = 0,
    upper: int = 5,
    spacing: ArrayLike | None = None,
) -> float:
    """Angle between the superior end plates of two vertebrae (Cobb).

    With the defaults on a spine that begins at S1 this is the lordosis L1-S1.

    Args:
        corners: ``(N, 4, 2)`` from the lowest vertebra upward, px.
        facing: Image side that is anterior.
        lower: Index of the lower vertebra.
        upper: Index of the upper vertebra.
        spacing: See the module's docstring.

    Returns:
        Degrees, positive for lordosis; NaN where one of the two is missing.
    """
    angles = end_plate_angles(corners, facing, spacing)[:, 0]
    if max(lower, upper) >= len(angles):
        return float('nan')
    return float(wrap_degrees(angles[lower] - angles[upper]))


def vertebral_heights(
    corners: ArrayLike, facing: Facing, spacing: ArrayLike | None = None
) -> FloatArray:
    """Anterior, middle and posterior height of each vertebra, ``(N, 3)``.

    The middle height joins the midpoints of the end plates.
    """
    ps, as_, pi, ai = anatomical_corners(to_scale(corners, spacing), facing)
    walls = [ai - as_, (ai + pi - as_ - ps) / 2, pi - ps]
    return np.linalg.norm(np.stack(walls, axis=1), axis=-1)


def wrap_degrees(degrees: NDArray[np.float64] | float) -> FloatArray:
    """Bring angles into [-180, 180)."""
    return (np.asarray(degrees) + 180.0) % 360.0 - 180.0
