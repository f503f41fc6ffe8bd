"""Where every vertebra of a phantom stands: quads in px of a 640 x 640 film.

A spine is built upward from S1 in millimetres, facing left, each inferior end plate set
on the superior one below with its disc between and with the slip that was drawn. It is
then mapped to the film with one scale for x and one for y, because the real exports are
stretched. Heights, depths and discs are common radiographic means in millimetres; lean,
pitch, width, position and number follow :mod:`.statistics`.
"""

from dataclasses import dataclass

import numpy as np

from spondylo_mmpose.phantom import statistics
from spondylo_mmpose.phantom.patient import Patient
from spondylo_mmpose.spine import anatomy
from spondylo_mmpose.spine.anatomy import FloatArray

SIZE = 640
"""Side of the film, px."""

MOST = 12
"""Vertebrae that are labelled at most: S1 to T7."""

MAGNIFICATION = 1.13
"""Detector mm per mm in the patient."""

# Superior end plate, anterior and posterior height, disc below: mm, from S1 upward.
_DEPTH = (33.5, 34.5, 34.5, 34.0, 33.0, 32.0, 31.0, 30.0, 29.0, 28.0, 27.0, 26.0)
_ANTERIOR = (0.0, 27.0, 26.4, 26.2, 25.6, 24.5, 23.2, 22.1, 21.2, 20.5, 19.9, 19.4)
_POSTERIOR = (0.0, 23.0, 25.4, 26.5, 26.8, 26.2, 24.6, 23.3, 22.2, 21.3, 20.6, 20.0)
_DISC = (0.0, 10.5, 12.0, 11.5, 10.4, 9.2, 7.6, 6.3, 5.4, 5.0, 4.6, 4.5)
_MANY = 16

# S1 is labelled as a small wedge: ends of its lower edge against the upper one, along
# the upper edge and perpendicular to it, in upper-edge lengths (mean, spread); measured
# on four films of the training split, stretch taken out.
_S1_ANTERIOR = ((-0.38, 0.13), (0.79, 0.07))
_S1_POSTERIOR = ((0.01, 0.09), (0.75, 0.10))


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


def draw_geometry(patient: Patient, rng: np.random.Generator) -> Geometry:
    """Draw a spine that fits on the film.

    Args:
        patient: Who it is.
        rng: The film's geometry stream.
    """
    family = statistics.family(patient.family)
    for _ in range(400):
        drawn = family.draw(rng)
        column = _column(patient, drawn, rng)
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


def _column(
    patient: Patient, drawn: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Build the column in detector mm, S1's posterior superior corner at the origin."""
    slips = rng.normal(0.6, 2.0, _MANY)
    if patient.slip_pair is not None:
        slips[patient.slip_pair] = patient.slip_percent
    size = (0.965 if patient.sex == 'F' else 1.04) * np.exp(rng.normal(0, 0.035))
    shape = _Shape(
        slips,
        size * MAGNIFICATION,
        _grow(patient, drawn),
        _wear(patient, rng),
        float(np.exp(rng.normal(0, 0.04))),
        int(rng.integers(2**32)),
    )
    lean = _lean(drawn, rng)
    tilt = _tilts(patient, lean, rng)
    column = _build(shape, tilt, patient)
    # The centres follow the tilts only roughly; turn them until the lean is right.
    for _ in range(3):
        steps = np.diff(anatomy.centres(column), axis=0)
        miss = lean[: _MANY - 1] - np.degrees(np.arctan2(-steps[:, 0], -steps[:, 1]))
        miss[np.abs(slips[: _MANY - 1]) > 5] = 0
        tilt[0] += 0.2 * miss[0]
        tilt[1:-1] += 0.4 * (miss[:-1] + miss[1:])
        tilt = _limit(tilt, patient)
        column = _build(shape, tilt, patient)
    return column


@dataclass(frozen=True)
class _Shape:
    """All that is drawn about a column but its tilts."""

    slips: FloatArray
    size: float
    grow: FloatArray
    worn: FloatArray
    slender: float
    seed: int


def _grow(patient: Patient, drawn: FloatArray) -> FloatArray:
    """Length of each step against the family's mean, ``(_MANY,)``."""
    step = slice(5 + statistics.STEPS, None)
    known = np.exp(drawn[step] - statistics.family(patient.family).mean[step])
    return np.concatenate([known, np.ones(_MANY - len(known))])


def _build(shape: _Shape, tilt: FloatArray, patient: Patient) -> FloatArray:
    rng = np.random.default_rng(shape.seed)
    size = shape.size
    quads = [_sacrum(tilt[0], size * _DEPTH[0] * np.exp(rng.normal(0, 0.04)), rng)]
    for i in range(1, _MANY):
        k = min(i, len(_DEPTH) - 1)
        grow = size * shape.grow[i - 1]
        depth = size * _DEPTH[k] * np.exp(rng.normal(0, 0.015))
        front, back = grow * shape.slender * np.exp(rng.normal(0, 0.02, 2))
        front, back = front * _ANTERIOR[k] * shape.worn[0, i], back * _POSTERIOR[k]
        disc = grow * _DISC[k] * shape.worn[1, i] / shape.slender
        if i == 1 and patient.slip_percent > 50 and patient.slip_pair == 0:
            back *= 0.86  # the wedge-shaped L5 of dysplastic slips
        heights, slip = (front, back), shape.slips[i - 1]
        quads.append(_stack(quads[-1], tilt[i], depth, heights, disc, slip, rng))
    return np.array(quads)


def _lean(drawn: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Lean of each step upward from S1, degrees, ``(_MANY,)``."""
    lean = drawn[5 : 5 + statistics.STEPS].copy()
    # Few films reach so high; the statistics say little about the last steps.
    lean[6:] = lean[5] + np.arange(1, 3) * rng.normal(0.5, 1.0)
    return np.concatenate([lean, np.full(_MANY - len(lean), lean[-1])])


def _tilts(patient: Patient, lean: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Tilt of each vertebra, degrees, positive when its front end is lower."""
    tilt = np.empty(_MANY)
    tilt[1:] = (lean[:-1] + lean[1:])[: _MANY - 1] / 2 + rng.normal(0, 1.6, _MANY - 1)
    tilt[0] = 21 + 0.6 * lean[0] + rng.normal(0, 4.5)
    tilt[1] += rng.normal(3, 2.5)
    slip = patient.slip_percent if patient.slip_pair == 0 else 0.0
    if slip > 50:
        # Pelvis turned back, L5 tipping over the sacrum, lumbar hyperlordosis above.
        tilt[0] = min(tilt[0], rng.uniform(0.6, 1.0) * _steepest(slip))
        tilt[1] = tilt[0] + rng.uniform(-4, 12) * (slip - 40) / 60
        tilt[2] = 0.5 * tilt[1] + 0.5 * tilt[2]
    return _limit(tilt, patient)


def _steepest(slip: float) -> float:
    """Steepest sacral slope at which a slipped L5 stays above the sacrum, degrees."""
    return float(np.interp(slip, (50, 75, 100, 125), (42, 30, 19, 12)))


def _limit(tilt: FloatArray, patient: Patient) -> FloatArray:
    """Keep every disc within the angles that occur."""
    tilt = tilt.copy()
    tilt[0] = np.clip(tilt[0], 6, 64)
    if patient.slip_pair == 0 and patient.slip_percent > 50:
        tilt[0] = min(tilt[0], _steepest(patient.slip_percent))
    for i in range(1, _MANY):
        limit = 30 if i == 1 else 16
        tilt[i] = np.clip(tilt[i], tilt[i - 1] - limit, tilt[i - 1] + 10)
    return tilt


def _wear(patient: Patient, rng: np.random.Generator) -> FloatArray:
    """Factors on anterior heights (row 0) and discs (row 1)."""
    old = np.clip((patient.age - 25) / 50, 0, 1)
    factors = np.ones((2, _MANY))
    narrow = rng.random(_MANY) < 0.08 + 0.25 * old
    factors[1] = np.where(narrow, rng.uniform(0.35, 0.8, _MANY), 1.0)
    if patient.slip_pair is not None:
        factors[1, patient.slip_pair + 1] *= rng.uniform(0.45, 0.95)
    factors[1] *= np.exp(rng.normal(0, 0.08)) * np.exp(rng.normal(0, 0.07, _MANY))
    collapsed = rng.random(_MANY) < 0.03 * old
    factors[0] = np.where(collapsed, rng.uniform(0.55, 0.85, _MANY), 1.0)
    return factors


def _axes(degrees: float) -> tuple[FloatArray, FloatArray]:
    """Unit vectors to the front and upward of something tilted, facing left."""
    a = np.radians(degrees)
    return np.array([-np.cos(a), np.sin(a)]), np.array([-np.sin(a), -np.cos(a)])


def _sacrum(tilt: float, depth: float, rng: np.random.Generator) -> FloatArray:
    front, up = _axes(tilt)
    ps = np.zeros(2)
    as_ = ps + depth * front
    shape = [rng.normal(m, s) for m, s in (*_S1_ANTERIOR, *_S1_POSTERIOR)]
    shape[1:4:2] = np.array(shape[1:4:2]) * np.exp(rng.normal(0, 0.06))
    ai = as_ + depth * (shape[0] * front - shape[1] * up)
    pi = ps + depth * (shape[2] * front - shape[3] * up)
    return np.array([as_, ps, ai, pi])


def _stack(
    below: FloatArray,
    tilt: float,
    depth: float,
    heights: tuple[float, float],
    disc: float,
    slip: float,
    rng: np.random.Generator,
) -> FloatArray:
    """Put a vertebra on the one below."""
    as_low, ps_low = below[0], below[1]
    plate = as_low - ps_low
    length = float(np.hypot(*plate))
    along = plate / length
    normal = np.array([-along[1], along[0]])
    low_tilt = np.degrees(np.arctan2(plate[1], -plate[0]))
    # The wedge of the body turns its lower plate forward, its upper one back.
    wedge = np.degrees(np.arctan2(heights[0] - heights[1], depth))
    lower_front, _ = _axes(tilt + wedge / 2)
    upper_front, up = _axes(tilt - wedge / 2)
    opening = length * np.sin(np.radians(low_tilt - tilt - wedge / 2))
    back = disc - opening / 2
    back = max(back, 2.2, 2.2 - opening)
    if slip > 100:
        back -= rng.uniform(2, 6)
    pi = ps_low + slip / 100 * length * along + back * normal
    ai = pi + depth * rng.normal(1.0, 0.012) * lower_front
    ps = pi + heights[1] * (up + rng.normal(0, 0.02) * upper_front)
    as_ = ps + depth * upper_front
    return np.array([as_, ps, ai, pi])


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
