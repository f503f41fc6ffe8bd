"""Errors of the corners of records, in every unit they are measured in."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spondylo_mmpose.evaluation.radial_error import radial_errors, wall_heights
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.spine.anatomy import FloatArray


@dataclass(frozen=True)
class CornerErrors:
    """Radial errors of ``N`` vertebrae; NaN where a corner can't be measured.

    Attributes:
        px: ``(N, 4)`` px of the stored film.
        mm: ``(N, 4)`` mm; of films whose pixel spacing is known.
        mm_estimated: ``(N, 4)`` mm; of films whose spacing is only estimated.
        height: ``(N, 4)`` percent of the true vertebra's height, see
            :func:`.wall_heights`; both in px.
        diagonal: ``(N, 4)`` percent of the stored film's diagonal.
    """

    px: FloatArray
    mm: FloatArray
    mm_estimated: FloatArray
    height: FloatArray
    diagonal: FloatArray


def corner_errors(records: Sequence[VertebraRecord]) -> CornerErrors:
    """Measure the corners of records.

    Args:
        records: ``N`` vertebrae.
    """
    true = np.array([r.true for r in records], np.float64).reshape(-1, 4, 2)
    predicted = np.array([r.predicted for r in records], np.float64).reshape(-1, 4, 2)
    px = radial_errors(predicted, true)
    diagonals = [
        np.hypot(r.film.get('width') or np.nan, r.film.get('height') or np.nan)
        for r in records
    ]

    def scaled(spacings: list[FloatArray | None]) -> FloatArray:
        unknown = np.full(2, np.nan)
        scale = [unknown if s is None else s for s in spacings]
        size = np.array(scale, np.float64).reshape(-1, 1, 2)
        known = np.isfinite(size).all(-1)
        return np.where(known, radial_errors(predicted, true, size), np.nan)

    return CornerErrors(
        px=px,
        mm=scaled([r.spacing for r in records]),
        mm_estimated=scaled([r.estimated_spacing for r in records]),
        height=100.0 * px / wall_heights(true)[:, None],
        diagonal=100.0 * px / np.array(diagonals, np.float64).reshape(-1, 1),
    )
