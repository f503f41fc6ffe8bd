"""Films with true and predicted corners drawn on them."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.detection import FilmOutcome
from spondylo_mmpose.evaluation.radial_error import radial_errors
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.imaging import RadiographError, read_radiograph
from spondylo_mmpose.presentation.contact_sheet import fit
from spondylo_mmpose.presentation.drawing import (
    ERROR,
    INVENTED,
    MISSED,
    PREDICTION,
    TRUTH,
    draw_level,
    draw_quad,
)
from spondylo_mmpose.spine.anatomy import FloatArray


def film_overlay(
    records: Sequence[VertebraRecord],
    size: int = 640,
    path: str | Path | None = None,
    extra: FloatArray | Sequence[FloatArray] = (),
) -> np.ndarray:
    """Draw truth, prediction and the errors between them on a film.

    A true vertebra without any finite predicted corner was missed, and is drawn so.

    Args:
        records: Vertebrae of one film.
        size: Length of the longer side of the result, px.
        path: The film; its ``film_id`` if left out.
        extra: ``(K, 4, 2)`` px, predicted vertebrae that stand for no true one.

    Returns:
        BGR image.

    Raises:
        SpondyloError: If the film cannot be read.
    """
    path = records[0].film_id if path is None else path
    try:
        grey = read_radiograph(path).pixels
    except RadiographError as error:
        hint = '; call from where the run was made, or leave films out with --films 0'
        raise SpondyloError(
            f'{path}: {error}{"" if Path(path).exists() else hint}'
        ) from error
    film, scale = fit(grey, size, size)
    for record in records:
        missed = not np.isfinite(record.predicted).all(-1).any()
        _draw_errors(film, record, scale)
        draw_quad(film, record.true, MISSED if missed else TRUTH, scale)
        draw_quad(film, record.predicted, PREDICTION, scale)
        if record.level:
            level = f'{record.level} missed' if missed else record.level
            draw_level(film, record.true, level, scale)
    for quad in extra:
        draw_quad(film, quad, INVENTED, scale)
        if np.isfinite(quad).all(-1).any():
            draw_level(film, quad, 'extra', scale, left=True)
    return film


def _draw_errors(image: np.ndarray, record: VertebraRecord, scale: float) -> None:
    """Draw a line from each true corner to the predicted one, in place."""
    for true, predicted in zip(record.true, record.predicted, strict=True):
        if np.isfinite([true, predicted]).all():
            start, end = np.round(np.array([true, predicted]) * scale * 16).astype(int)
            cv2.line(
                image,
                tuple(start.tolist()),
                tuple(end.tolist()),
                ERROR,
                1,
                cv2.LINE_AA,
                4,
            )


def film_errors(
    records: Sequence[VertebraRecord], found_only: bool = False
) -> dict[str, float]:
    """MRE of each film in px.

    Args:
        records: Vertebrae.
        found_only: Leave out corners without a finite prediction, which else make a
            film's mean infinite.

    Returns:
        By film; NaN where nothing was measured.
    """
    films: dict[str, list[FloatArray]] = {}
    for record in records:
        error = radial_errors(record.predicted, record.true)
        films.setdefault(record.film_id, []).append(error)
    means = {}
    for film, errors in films.items():
        pool = np.concatenate(errors)
        pool = pool[np.isfinite(pool) if found_only else ~np.isnan(pool)]
        means[film] = float(pool.mean()) if pool.size else float('nan')
    return means


def best_median_worst(errors: dict[str, float], number: int) -> list[str]:
    """Choose films spread evenly over the ranking from best to worst."""
    ranked = sorted(errors, key=lambda film: errors[film])
    return [ranked[place] for place in spread(len(ranked), number)]


def spread(total: int, number: int) -> list[int]:
    """Choose places spread evenly from the first to the last.

    Args:
        total: How many places there are.
        number: How many are wanted; all where there are no more.
    """
    if total <= number:
        return list(range(total))
    return [round(place) for place in np.linspace(0, total - 1, number).tolist()]


def invented(outcome: FilmOutcome) -> FloatArray:
    """Predicted vertebrae of a film that stand for no true one, ``(K, 4, 2)`` px."""
    return np.delete(outcome.kept.corners, outcome.matches.predicted, axis=0)
