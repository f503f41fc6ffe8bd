"""Disc angles, lordosis, sacral slope and heights: predicted beside true.

An angle is true only where x and y have one scale (the pixel spacing or the film's
size before it was stretched is known), a height in mm only where the spacing is; a
height's error in percent of the height needs neither. The sacral slope is taken
against the film's own horizontal: it supposes that the patient stood and that the film
was not turned. Lordosis L1-S1, sacral slope and all names rest on the levels of the
annotation file, which may have assumed that the lowest vertebra is S1.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from spondylo_mmpose.evaluation.film_spines import FilmSpine, film_spines
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.spine.anatomy import Facing, FloatArray
from spondylo_mmpose.spine.measurements import (
    disc_angles,
    end_plate_angles,
    sagittal_angle,
    vertebral_heights,
    wrap_degrees,
)
from spondylo_mmpose.statistics.film_measures import MEASURED

DISC = 'disc_angle'
LORDOSIS = 'lordosis_L1_S1'
SLOPE = 'sacral_slope'
HEIGHTS = ('height_anterior', 'height_middle', 'height_posterior')

KINDS = (
    (DISC, 'deg'), (LORDOSIS, 'deg'), (SLOPE, 'deg'),
    *((name, unit) for unit in ('mm', 'percent') for name in HEIGHTS),
)  # fmt: skip
"""What is measured, and the unit of its error."""


@dataclass(frozen=True)
class Measurement:
    """Error of one measurement.

    Attributes:
        film_id: Path of the image.
        kind: Of :data:`KINDS`.
        unit: Of its error.
        place: Level or pair of levels, empty for a film's own.
        error: Predicted minus true; NaN where the prediction gives none, and where
            the truth does not.
        why: :data:`.film_measures.MEASURED` or why the truth can't be measured, a word
            of :data:`.film_measures.REASONS` or ``spacing_unknown``.
    """

    film_id: str
    kind: str
    unit: str
    place: str
    error: float
    why: str


def sagittal_measurements(records: Iterable[VertebraRecord]) -> list[Measurement]:
    """Measure every lateral film.

    Args:
        records: Vertebrae; those without an order and AP films give nothing.

    Returns:
        For each film its lordosis and its sacral slope, for each pair of neighbours the
        disc angle, for each vertebra but S1 three heights in mm and in percent.
    """
    return [m for film in film_spines(records) for m in _of_film(film)]


def _of_film(film: FilmSpine) -> list[Measurement]:
    facing = film.facing
    # What is measured where the facing is unknown is not used.
    true = _Values(film, film.true, facing or 'left')
    found = _Values(film, film.predicted, film.predicted_facing or facing or 'left')
    blind = 'facing_unknown' if facing is None else ''
    bent = blind or ('' if film.true_aspect else 'aspect_unknown')
    unscaled = blind or ('' if film.in_mm else 'spacing_unknown')
    has_s1, has_l1 = 'S1' in film.levels, 'L1' in film.levels
    no_lordosis = bent or ('' if has_s1 and has_l1 else 'level_missing')
    no_slope = bent or ('' if has_s1 else 'level_missing')

    def make(
        kind: str, unit: str, place: str, truth: float, error: float, why: str
    ) -> Measurement:
        why = why or (MEASURED if np.isfinite(truth) else 'corner_missing')
        error = float(error) if why == MEASURED else float('nan')
        return Measurement(film.film_id, kind, unit, place, error, why)

    def angle(kind: str, place: str, a: float, b: float, why: str) -> Measurement:
        return make(kind, 'deg', place, a, float(wrap_degrees(b - a)), why)

    made = [
        angle(LORDOSIS, '', true.lordosis, found.lordosis, no_lordosis),
        angle(SLOPE, '', true.slope, found.slope, no_slope),
    ]
    for i in film.neighbours:
        made.append(angle(DISC, film.pair_name(i), true.discs[i], found.discs[i], bent))
    for i, level in enumerate(film.levels):
        if level == 'S1':
            continue
        for column, kind in enumerate(HEIGHTS):
            a, b = true.heights[i, column], found.heights[i, column]
            a = a if a > 0 else np.nan
            made.append(make(kind, 'mm', level or '?', a, b - a, unscaled))
            made.append(
                make(kind, 'percent', level or '?', a, 100 * (b / a - 1), blind)
            )
    return made


class _Values:
    """All that is measured of one spine."""

    def __init__(self, film: FilmSpine, spine: FloatArray, facing: Facing) -> None:
        places = {level: i for i, level in enumerate(film.levels)}
        self.discs = disc_angles(spine, facing)
        self.heights = vertebral_heights(spine, facing)
        self.lordosis = self.slope = float('nan')
        if 'S1' in places:
            sacrum = places['S1']
            self.slope = float(end_plate_angles(spine, facing)[sacrum, 0])
            self.lordosis = sagittal_angle(
                spine, facing, sacrum, places.get('L1', len(spine))
            )
