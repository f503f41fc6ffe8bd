"""Films with true and predicted corners drawn on them."""

from collections.abc import Sequence

import cv2
import numpy as np

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.radial_error import radial_errors
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.imaging import RadiographError, read_radiograph
from spondylo_mmpose.spine.anatomy import SKELETON, FloatArray

TRUTH, PREDICTION, ERROR = (120, 220, 90), (255, 150, 40), (60, 60, 255)
"""BGR colours: truth green, prediction blue, error lines red."""

_TEXT_SIZE = 0.45  # share of the font's natural size


def draw_quad(
    image: np.ndarray, quad: FloatArray, colour: tuple[int, int, int], scale: float
) -> None:
    """Draw the sides and corners of a quad in place; NaN corners are left out."""
    finite = np.isfinite(quad).all(-1)
    points = np.round(np.nan_to_num(quad) * scale * 16).astype(int)
    for a, b in SKELETON:
        if finite[a] and finite[b]:
            ends = tuple(points[a].tolist()), tuple(points[b].tolist())
            cv2.line(image, *ends, colour, 1, cv2.LINE_AA, 4)
    draw_points(image, quad, colour, scale)


def draw_points(
    image: np.ndarray, points: FloatArray, colour: tuple[int, int, int], scale: float
) -> None:
    """Draw corners as dots in place; those that are not finite are left out."""
    for point in points[np.isfinite(points).all(-1)]:
        centre = np.round(point * scale * 16).astype(int).tolist()
        cv2.circle(image, tuple(centre), 40, colour, -1, cv2.LINE_AA, 4)


def draw_level(image: np.ndarray, quad: FloatArray, level: str, scale: float) -> None:
    """Write a level right of its quad, in place; left of it at the film's edge."""
    start = int(np.nanmax(quad[:, 0]) * scale) + 8
    (width, _), _ = cv2.getTextSize(level, cv2.FONT_HERSHEY_SIMPLEX, _TEXT_SIZE, 1)
    if start + width > image.shape[1]:
        start = max(0, int(np.nanmin(quad[:, 0]) * scale) - 8 - width)
    draw_text(image, level, (start, int(np.nanmean(quad[:, 1]) * scale) + 5))


def draw_text(
    image: np.ndarray, text: str, start: tuple[int, int], size: float = _TEXT_SIZE
) -> None:
    """Write text on a film, in place.

    Args:
        image: BGR image.
        text: ASCII.
        start: Left end of the base line, px.
        size: Share of the font's natural size.
    """
    # A dark rim keeps it legible on bright bone.
    for colour, width in (((0, 0, 0), 3), ((230, 230, 230), 1)):
        cv2.putText(
            image,
            text,
            start,
            cv2.FONT_HERSHEY_SIMPLEX,
            size,
            colour,
            width,
            cv2.LINE_AA,
        )


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
    scale = size / max(grey.shape)
    film = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    film = cv2.cvtColor(film, cv2.COLOR_GRAY2BGR)
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
