"""Where every vertebra of a phantom stands: quads in px of a 640 x 640 film.

A spine of :mod:`.column` is mapped to the film with one scale for x and one for y,
because the real exports are stretched. Pitch, width, position and number follow
:mod:`.statistics`.
"""

from dataclasses import dataclass

import numpy as np

from spondylo_mmpose.phantom import statistics
from spondylo_mmpose.phantom.column import draw_column
from spondylo_mmpose.phantom.fractures import Fractures
from spondylo_mmpose.phantom.patient import Patient
from spondylo_mmpose.spine import anatomy
from spondylo_mmpose.spine.anatomy import FloatArray

SIZE = 640
"""Side of the film, px."""

MOST = 12
"""Vertebrae that are labelled at most: S1 to T7."""


@dataclass(frozen=True)
class Geometry:
    """One spine on one film, always drawn facing left.

    Attributes:
        bodies: ``(M, 4, 2)`` px, all vertebrae from S1 to above the upper border.
        corners: ``(N, 4, 2)`` px, the labelled ones; a vertebra that the upper border
            cuts ends there.
        scale: ``(x, y)`` px per detector mm.
        original_size: ``(width, height)`` px of the film before the export.
        pixel_spacing_mm: ``(x, y)`` detector mm per px of the 640 px film.
    """

    bodies: FloatArray
    corners: FloatArray
    scale: FloatArray
    original_size: tuple[int, int]
    pixel_spacing_mm: tuple[float, float]


def draw_geometry(
    patient: Patient, rng: np.random.Generator, fractures: Fractures | None = None
) -> Geometry:
    """Draw a spine that fits on the film.

    Args:
        patient: Who it is.
        rng: The film's geometry stream.
        fractures: What is broken.
    """
    family = statistics.family(patient.family)
    for _ in range(400):
        drawn = family.draw(rng)
        column = draw_column(patient, drawn, rng, fractures)
        placed = _place(column, drawn)
        if placed is None:
            continue
        bodies, scale = placed
        fitted = _fit(bodies, round(drawn[0]))
        if fitted is not None:
            bodies, corners = fitted
            return Geometry(bodies, corners, scale, *_original(patient, scale, rng))
    raise RuntimeError('no spine fits on the film')  # pragma: no cover


def label_all(geometry: Geometry) -> FloatArray:
    """Corners of all vertebrae that lie wholly on the film.

    Whether both end plates can be seen is plain; how much of a vertebra that the border
    cuts is left is not. At most :data:`MOST`; where S1 itself is cut, those of
    ``geometry.corners``.

    Returns:
        ``(N, 4, 2)`` px.
    """
    hull = anatomy.hull_boxes(geometry.bodies)
    whole = (hull[:, :2] >= 1).all(1) & (hull[:, 2:] < SIZE - 1).all(1)
    number = min(int(np.argmin(np.append(whole, False))), MOST)
    corners = None if number == 0 else _cut(geometry.bodies[:number])
    return geometry.corners if corners is None else corners


def _place(
    column: FloatArray, drawn: FloatArray
) -> tuple[FloatArray, FloatArray] | None:
    """Scale and move the column to the pitch, width and S1 that were drawn."""
    pitch, width = np.exp(drawn[1]), np.exp(drawn[1] + drawn[2])
    number = int(np.clip(round(drawn[0]), 3, 11))
    scale = np.array([2.0, 1.5])
    for _ in range(6):
        film = column[:number] * scale
        steps = np.linalg.norm(np.diff(anatomy.centres(film), axis=0), axis=1)
        boxes = anatomy.hull_boxes(film[1:6])
        scale *= (
            width / np.median(boxes[:, 2] - boxes[:, 0]),
            pitch / np.median(steps),
        )
    stretch = scale[0] / scale[1]
    if not 0.8 < stretch < 2.7:
        return None
    bodies = column * scale
    bodies += drawn[3:5] - anatomy.centres(bodies[:1])[0]
    return bodies, scale


def _fit(bodies: FloatArray, number: int) -> tuple[FloatArray, FloatArray] | None:
    """Move the spine onto the film, or label fewer vertebrae, until they fit.

    Returns:
        Bodies and labelled corners, or ``None`` where nothing fits.
    """
    number = int(np.clip(number, 3, 11))
    hull = anatomy.hull_boxes(bodies)
    for labelled in range(min(number, len(bodies)), 2, -1):
        low, high = hull[:labelled, :2].min(axis=0), hull[:labelled, 2:].max(axis=0)
        # The topmost may reach over the border by half its height.
        low[1] += 0.5 * (hull[labelled - 1, 3] - hull[labelled - 1, 1])
        shift = np.clip(0.0, 6 - low, SIZE - 8 - high)
        if (6 - low > SIZE - 8 - high).any() or (np.abs(shift) > 70).any():
            continue
        corners = _cut(bodies[:labelled] + shift)
        if corners is not None:
            moved = bodies + shift
            return moved[anatomy.hull_boxes(moved)[:, 3] > -30], corners
    return None


def _cut(corners: FloatArray) -> FloatArray | None:
    """End the topmost vertebra at the upper border; ``None`` if the spine is unfit."""
    corners = corners.copy()
    if (np.diff(anatomy.centres(corners)[:, 1]) > -6).any():
        return None
    top = corners[-1]
    if (corners[:-1, :, 1] < 1).any() or (top[2:, 1] < 14).any():
        return None
    for upper, lower in ((0, 2), (1, 3)):
        if top[upper, 1] < 1:
            share = (top[lower, 1] - 1) / (top[lower, 1] - top[upper, 1])
            top[upper] = top[lower] + share * (top[upper] - top[lower])
    if (anatomy.signed_areas(corners) < 250).any() or anatomy.is_bow_tie(corners).any():
        return None
    if (np.diff(anatomy.centres(corners)[:, 1]) > -6).any():
        return None
    return corners


def _original(
    patient: Patient, scale: FloatArray, rng: np.random.Generator
) -> tuple[tuple[int, int], tuple[float, float]]:
    """Size and spacing of the film before it was stretched to the square."""
    field = SIZE / scale  # mm
    pixel = 0.175
    if patient.source == 'honduran':
        pixel = field[1] / rng.uniform(600, 1500)
    width, height = (max(round(v), 1) for v in field / pixel)
    return (width, height), (pixel * width / SIZE, pixel * height / SIZE)
