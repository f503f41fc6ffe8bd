"""What the true corners of one film tell: rows of the tables, and why a cell is empty.

Numbers are ``None`` where nothing was measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.spine import anatomy, measurements
from spondylo_mmpose.spine.anatomy import Facing, FloatArray

MEASURED = 'measured'
REASONS = {
    MEASURED: 'measured',
    'frontal_view': 'frontal (AP) film',
    'facing_unknown': 'it cannot be told which side is anterior',
    'order_unknown': 'the file does not say in which order the vertebrae stand',
    'not_neighbours': 'the vertebra between the two is missing',
    'corner_missing': 'a corner that is needed is not labelled',
    'aspect_unknown': 'the ratio of the scales of x and y is not known',
    'level_missing': 'S1 or L1 is not labelled',
}
"""Why a pair or a film has a value or none, by the word in the tables."""


@dataclass(frozen=True)
class VertebraRow:
    """One vertebra; lengths in px of the file. The ratio is mean end plate / wall."""

    split: str
    source: str
    file_name: str
    level: str | None
    level_origin: str
    order: int | None
    corners: int
    centre_x: float
    centre_y: float
    box_width: float
    box_height: float
    width_height_ratio: float | None
    width_height_ratio_true_aspect: float | None


@dataclass(frozen=True)
class PairRow:
    """A vertebra and the next one below it. Slips in percent of the lower end plate."""

    split: str
    source: str
    file_name: str
    pair: str
    slip: str
    slip_percent: float | None
    grade: str | None
    slip_percent_true_aspect: float | None
    grade_true_aspect: str | None
    disc_angle: str
    disc_angle_degrees: float | None


@dataclass(frozen=True)
class FilmRow:
    """One film.

    ``aspect`` says where the true ratio of the scales of x and y comes from, and is
    ``None`` where it is not known. ``spacing_estimated`` tells of an estimated spacing,
    which nothing here uses.
    """

    split: str
    source: str
    file_name: str
    patient_id: str | None
    group: str | None
    sex: str | None
    age: float | None
    view: str | None
    width: int
    height: int
    spacing_x_mm: float | None
    spacing_y_mm: float | None
    spacing_origin: str | None
    spacing_estimated: bool
    aspect: str | None
    vertebrae: int
    lowest_level: str | None
    level_origin: str | None
    facing: str | None
    facing_strength: float | None
    facing_recorded: str | None
    lordosis: str
    lordosis_degrees: float | None


@dataclass(frozen=True)
class FilmMeasures:
    """All rows of one film.

    Attributes:
        film: Its own row.
        vertebrae: From the lowest upward.
        pairs: From the lowest upward.
        unlabelled: Number of missing labels for each of the four corners.
    """

    film: FilmRow
    vertebrae: Sequence[VertebraRow]
    pairs: Sequence[PairRow]
    unlabelled: Sequence[int]


def true_aspect(film: Film) -> tuple[tuple[float, float] | None, str | None]:
    """Size of a pixel in x and y, in whatever unit, and where it comes from.

    The pixel spacing tells. Without one, the size before the export does, if it is
    granted that the pixels were square then, as those of radiographs are.
    """
    if film.pixel_spacing_mm is not None:
        return film.pixel_spacing_mm, 'pixel_spacing_mm'
    if film.original_size is not None:
        width, height = film.original_size
        return (width / film.width, height / film.height), 'original_size'
    return None, None


def measure_film(
    film: Film, no_slip_threshold: float = measurements.NO_SLIP_THRESHOLD
) -> FilmMeasures:
    """Measure one film.

    Args:
        film: With NaN for corners that are not labelled.
        no_slip_threshold: |slip| in percent below which the grade is 0.
    """
    spine = anatomy.as_spine(film.corners)
    scale, aspect = true_aspect(film)
    frontal = film.view == 'ap'
    # Both cues and angles are truer without the stretch.
    shape = measurements.to_scale(spine, scale)
    facing, strength = (None, 0.0) if frontal else anatomy.infer_facing(shape)
    recorded = film.extra.get('facing')
    lordosis, why = _lordosis(film, spine, facing, scale)
    levels = film.levels or []
    row = FilmRow(
        **_names(film),
        patient_id=film.patient_id,
        group=film.group,
        sex=film.sex,
        age=film.age,
        view=film.view,
        width=film.width,
        height=film.height,
        spacing_x_mm=film.pixel_spacing_mm and film.pixel_spacing_mm[0],
        spacing_y_mm=film.pixel_spacing_mm and film.pixel_spacing_mm[1],
        spacing_origin=film.pixel_spacing_origin,
        spacing_estimated=film.pixel_spacing_estimate is not None,
        aspect=aspect,
        vertebrae=len(spine),
        lowest_level=levels[0] if levels else None,
        level_origin=film.level_origin if len(spine) else None,
        facing=facing,
        facing_strength=strength if facing else None,
        facing_recorded=recorded if recorded in ('left', 'right') else None,
        lordosis=why,
        lordosis_degrees=lordosis,
    )
    return FilmMeasures(
        film=row,
        vertebrae=_vertebrae(film, spine, scale),
        pairs=_pairs(film, spine, facing, scale, no_slip_threshold),
        unlabelled=np.isnan(spine[..., 0]).sum(0).tolist(),
    )


def _names(film: Film) -> dict[str, str]:
    return {
        'split': film.split or 'unknown',
        'source': film.source or 'unknown',
        'file_name': film.file_name,
    }


def _vertebrae(
    film: Film, spine: FloatArray, scale: tuple[float, float] | None
) -> list[VertebraRow]:
    if not len(spine):
        return []
    boxes, centres = anatomy.hull_boxes(spine), anatomy.centres(spine)
    ratios = _ratios(spine, None)
    true = _ratios(spine, scale) if scale else np.full(len(spine), np.nan)
    return [
        VertebraRow(
            **_names(film),
            level=film.levels[i] if film.levels else None,
            level_origin=film.level_origin,
            order=film.orders[i] if film.orders else None,
            corners=int(np.isfinite(spine[i, :, 0]).sum()),
            centre_x=float(centres[i, 0]),
            centre_y=float(centres[i, 1]),
            box_width=float(boxes[i, 2] - boxes[i, 0]),
            box_height=float(boxes[i, 3] - boxes[i, 1]),
            width_height_ratio=_or_none(ratios[i]),
            width_height_ratio_true_aspect=_or_none(true[i]),
        )
        for i in range(len(spine))
    ]


def _ratios(spine: FloatArray, scale: tuple[float, float] | None) -> FloatArray:
    """Mean end plate over mean wall; NaN unless all four corners are labelled."""
    plates = measurements.end_plate_lengths(spine, scale).mean(1)
    # The walls are the same whichever side is anterior.
    walls = measurements.vertebral_heights(spine, 'left', scale)[:, [0, 2]].mean(1)
    return np.divide(plates, walls, out=np.full_like(plates, np.nan), where=walls > 0)


def _pairs(
    film: Film,
    spine: FloatArray,
    facing: Facing | None,
    scale: tuple[float, float] | None,
    no_slip_threshold: float,
) -> list[PairRow]:
    number = max(len(spine) - 1, 0)
    empty = np.full(number, np.nan)
    slips, true, discs = empty, empty, empty
    if facing is not None:
        slips = measurements.slip_percent(spine, facing)
        if scale is not None:
            true = measurements.slip_percent(spine, facing, scale)
            discs = measurements.disc_angles(spine, facing, scale)
    levels = film.levels or [None] * len(spine)
    rows = []
    for i in range(number):
        obstacle = _obstacle(film, facing, i)
        slip, slip_true, disc = (
            None if obstacle else _or_none(v[i]) for v in (slips, true, discs)
        )
        missing = 'corner_missing' if scale else 'aspect_unknown'
        rows.append(
            PairRow(
                **_names(film),
                pair=f'{levels[i + 1] or "?"}-{levels[i] or "?"}',
                slip=obstacle or (MEASURED if slip is not None else 'corner_missing'),
                slip_percent=slip,
                grade=_grade(slip, no_slip_threshold),
                slip_percent_true_aspect=slip_true,
                grade_true_aspect=_grade(slip_true, no_slip_threshold),
                disc_angle=obstacle or (MEASURED if disc is not None else missing),
                disc_angle_degrees=disc,
            )
        )
    return rows


def _obstacle(film: Film, facing: Facing | None, lower: int) -> str | None:
    """Why nothing can be measured between a vertebra and the one above, or None."""
    if film.orders is None:
        return 'order_unknown'
    if film.orders[lower + 1] - film.orders[lower] != 1:
        return 'not_neighbours'
    if film.view == 'ap':
        return 'frontal_view'
    if facing is None:
        return 'facing_unknown'
    return None


def _lordosis(
    film: Film,
    spine: FloatArray,
    facing: Facing | None,
    scale: tuple[float, float] | None,
) -> tuple[float | None, str]:
    """Angle between the superior end plates of S1 and L1, and why there is none."""
    levels = list(film.levels or ())
    if film.view == 'ap':
        return None, 'frontal_view'
    if 'S1' not in levels or 'L1' not in levels:
        return None, 'level_missing'
    if facing is None:
        return None, 'facing_unknown'
    if scale is None:
        return None, 'aspect_unknown'
    lower, upper = levels.index('S1'), levels.index('L1')
    angle = measurements.sagittal_angle(spine, facing, lower, upper, scale)
    value = _or_none(angle)
    return value, 'corner_missing' if value is None else MEASURED


def _grade(slip: float | None, no_slip_threshold: float) -> str | None:
    if slip is None:
        return None
    grade = measurements.meyerding_grade(slip, no_slip_threshold)
    return measurements.GRADES[int(grade)]


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
