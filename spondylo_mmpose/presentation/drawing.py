"""Corners, quads and levels drawn on a film."""

import cv2
import numpy as np

from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.spine.anatomy import SKELETON, FloatArray

TRUTH, PREDICTION, ERROR = (120, 220, 90), (255, 150, 40), (60, 60, 255)
"""BGR colours: truth green, prediction blue, error lines red."""

MISSED, INVENTED = (0, 165, 255), (255, 80, 255)
"""BGR colours end to end: true vertebrae that were missed orange, false positives pink.
"""

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


def draw_film(image: np.ndarray, film: Film, scale: float) -> None:
    """Draw the vertebrae of a film with their levels, in place."""
    levels = film.levels or [None] * len(film.corners)
    for quad, level in zip(film.corners, levels, strict=True):
        draw_quad(image, quad, TRUTH, scale)
        if level:
            draw_level(image, quad, level, scale)


def draw_points(
    image: np.ndarray, points: FloatArray, colour: tuple[int, int, int], scale: float
) -> None:
    """Draw corners as dots in place; those that are not finite are left out."""
    for point in points[np.isfinite(points).all(-1)]:
        centre = np.round(point * scale * 16).astype(int).tolist()
        cv2.circle(image, tuple(centre), 40, colour, -1, cv2.LINE_AA, 4)


def draw_level(
    image: np.ndarray, quad: FloatArray, level: str, scale: float, left: bool = False
) -> None:
    """Write a level right of its quad, in place.

    Left of it at the film's edge, and where that is wanted.
    """
    start = int(np.nanmax(quad[:, 0]) * scale) + 8
    (width, _), _ = cv2.getTextSize(level, cv2.FONT_HERSHEY_SIMPLEX, _TEXT_SIZE, 1)
    if left or start + width > image.shape[1]:
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
