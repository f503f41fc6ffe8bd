"""Films with true and predicted corners drawn on them."""

from collections.abc import Sequence

import cv2
import numpy as np

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.radial_error import radial_errors
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.imaging import RadiographError, read_radiograph
from spondylo_mmpose.reporting.contact_sheet import fit
from spondylo_mmpose.reporting.drawing import (
    ERROR,
    PREDICTION,
    TRUTH,
    draw_level,
    draw_quad,
)
from spondylo_mmpose.spine.anatomy import FloatArray


def film_overlay(records: Sequence[VertebraRecord], size: int = 640) -> np.ndarray:
    """Draw truth, prediction and the errors between them on a film.

    Args:
        records: Vertebrae of one film.
        size: Length of the longer side of the result, px.

    Returns:
        BGR image.

    Raises:
        SpondyloError: If the film cannot be read.
    """
    path = records[0].film_id
    try:
        grey = read_radiograph(path).pixels
    except RadiographError as error:
        raise SpondyloError(f'{path}: {error}') from error
    film, scale = fit(grey, size, size)
    for record in records:
        _draw_errors(film, record, scale)
        draw_quad(film, record.true, TRUTH, scale)
        draw_quad(film, record.predicted, PREDICTION, scale)
        if record.level:
            draw_level(film, record.true, record.level, scale)
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


def film_errors(records: Sequence[VertebraRecord]) -> dict[str, float]:
    """MRE of each film in px."""
    films: dict[str, list[FloatArray]] = {}
    for record in records:
        error = radial_errors(record.predicted, record.true)
        films.setdefault(record.film_id, []).append(error)
    return {film: float(np.nanmean(errors)) for film, errors in films.items()}


def best_median_worst(errors: dict[str, float], number: int) -> list[str]:
    """Choose films spread evenly over the ranking from best to worst."""
    ranked = sorted(errors, key=lambda film: errors[film])
    if len(ranked) <= number:
        return ranked
    picks = np.linspace(0, len(ranked) - 1, number).round().astype(int)
    return [ranked[i] for i in picks]
