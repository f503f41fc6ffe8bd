"""A spine in millimetres on the detector, facing left: vertebra on vertebra from S1.

Each inferior end plate is set on the superior one below, with its disc between and with
the slip that was drawn. Heights, depths and discs are common radiographic means in
millimetres; lean and steps follow :mod:`.statistics`.
"""

from dataclasses import dataclass

import numpy as np

from spondylo_mmpose.phantom import statistics
from spondylo_mmpose.phantom.fractures import Fractures
from spondylo_mmpose.phantom.patient import Patient
from spondylo_mmpose.spine import anatomy
from spondylo_mmpose.spine.anatomy import FloatArray

MAGNIFICATION = 1.13
"""Detector mm per mm in the patient."""

BODIES = 16
"""Vertebrae of a column, S1 included."""

# Superior end plate, anterior and posterior height, disc below: mm, from S1 upward.
_DEPTH = (33.5, 34.5, 34.5, 34.0, 33.0, 32.0, 31.0, 30.0, 29.0, 28.0, 27.0, 26.0)
_ANTERIOR = (0.0, 27.0, 26.4, 26.2, 25.6, 24.5, 23.2, 22.1, 21.2, 20.5, 19.9, 19.4)
_POSTERIOR = (0.0, 23.0, 25.4, 26.5, 26.8, 26.2, 24.6, 23.3, 22.2, 21.3, 20.6, 20.0)
_DISC = (0.0, 10.5, 12.0, 11.5, 10.4, 9.2, 7.6, 6.3, 5.4, 5.0, 4.6, 4.5)

# Share of a broken wedge's angle by which the spine above leans forward; the rest is
# taken up by the discs around it (assumed).
_KYPHOSIS = 0.6

# Readers label S1 as a small wedge, those of each source in their way: the anterior end
# of its lower edge against the upper one, along it and across it, then the posterior
# end, in lengths of the upper edge (mean, spread); fitted to the S1 of the training
# split (docs/phantoms.md, The shape of S1).
_S1 = {
    'buu': ((-0.44, 0.09), (0.845, 0.05), (-0.05, 0.065), (0.735, 0.07)),
    'honduran': ((-0.25, 0.13), (0.795, 0.07), (-0.077, 0.09), (0.735, 0.10)),
}


def draw_column(
    patient: Patient,
    drawn: FloatArray,
    rng: np.random.Generator,
    fractures: Fractures | None = None,
) -> FloatArray:
    """Build a column, S1's posterior superior corner at the origin.

    Args:
        patient: Who it is.
        drawn: What was drawn of the family's statistics.
        rng: The film's geometry stream.
        fractures: What is broken.

    Returns:
        ``(BODIES, 4, 2)`` detector mm.
    """
    slips = rng.normal(0.6, 2.0, BODIES)
    if patient.slip_pair is not None:
        slips[patient.slip_pair] = patient.slip_percent
    size = (0.965 if patient.sex == 'F' else 1.04) * np.exp(rng.normal(0, 0.035))
    shape = _Shape(
        slips,
        size * MAGNIFICATION,
        _grow(patient, drawn),
        _wear(patient, rng),
        np.ones((BODIES, 2)) if fractures is None else fractures.left,
        float(np.exp(rng.normal(0, 0.04))),
        int(rng.integers(2**32)),
    )
    lean = _lean(drawn, rng)
    if fractures is not None:
        lean += _KYPHOSIS * np.cumsum(_wedges(fractures))
    tilt = _tilts(patient, lean, rng)
    column = _build(shape, tilt, patient)
    # The centres follow the tilts only roughly; turn them until the lean is right.
    for _ in range(3):
        steps = np.diff(anatomy.centres(column), axis=0)
        miss = lean[: BODIES - 1] - np.degrees(np.arctan2(-steps[:, 0], -steps[:, 1]))
        miss[np.abs(slips[: BODIES - 1]) > 5] = 0
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
    left: FloatArray
    slender: float
    seed: int


def _grow(patient: Patient, drawn: FloatArray) -> FloatArray:
    """Length of each step against the family's mean, ``(BODIES,)``."""
    step = slice(5 + statistics.STEPS, None)
    known = np.exp(drawn[step] - statistics.family(patient.family).mean[step])
    return np.concatenate([known, np.ones(BODIES - len(known))])


def _build(shape: _Shape, tilt: FloatArray, patient: Patient) -> FloatArray:
    rng = np.random.default_rng(shape.seed)
    size = shape.size
    depth = size * _DEPTH[0] * np.exp(rng.normal(0, 0.04))
    quads = [_sacrum(tilt[0], depth, patient.source, rng)]
    for i in range(1, BODIES):
        k = min(i, len(_DEPTH) - 1)
        grow = size * shape.grow[i - 1]
        depth = size * _DEPTH[k] * np.exp(rng.normal(0, 0.015))
        front, back = grow * shape.slender * np.exp(rng.normal(0, 0.02, 2))
        front, back = front * _ANTERIOR[k] * shape.worn[0, i], back * _POSTERIOR[k]
        disc = grow * _DISC[k] * shape.worn[1, i] / shape.slender
        if i == 1 and patient.slip_percent > 50 and patient.slip_pair == 0:
            back *= 0.86  # the wedge-shaped L5 of dysplastic slips
        heights = (front * shape.left[i, 0], back * shape.left[i, 1])
        slip = shape.slips[i - 1]
        quads.append(_stack(quads[-1], tilt[i], depth, heights, disc, slip, rng))
    return np.array(quads)


def _lean(drawn: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Lean of each step upward from S1, degrees, ``(BODIES,)``."""
    lean = drawn[5 : 5 + statistics.STEPS].copy()
    # Few films reach so high; the statistics say little about the last steps.
    lean[6:] = lean[5] + np.arange(1, 3) * rng.normal(0.5, 1.0)
    return np.concatenate([lean, np.full(BODIES - len(lean), lean[-1])])


def _wedges(fractures: Fractures) -> FloatArray:
    """Angle of each body that fractures made a wedge, degrees, ``(BODIES,)``."""
    upward = np.minimum(np.arange(BODIES), len(_DEPTH) - 1)
    front, back = (1 - fractures.left).T
    lost = front * np.array(_ANTERIOR)[upward] - back * np.array(_POSTERIOR)[upward]
    return np.degrees(np.arctan2(lost, np.array(_DEPTH)[upward]))


def _tilts(patient: Patient, lean: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Tilt of each vertebra, degrees, positive when its front end is lower."""
    tilt = np.empty(BODIES)
    tilt[1:] = (lean[:-1] + lean[1:])[: BODIES - 1] / 2 + rng.normal(0, 1.6, BODIES - 1)
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
    for i in range(1, BODIES):
        limit = 30 if i == 1 else 16
        tilt[i] = np.clip(tilt[i], tilt[i - 1] - limit, tilt[i - 1] + 10)
    return tilt


def _wear(patient: Patient, rng: np.random.Generator) -> FloatArray:
    """Factors on anterior heights (row 0) and discs (row 1)."""
    old = np.clip((patient.age - 25) / 50, 0, 1)
    factors = np.ones((2, BODIES))
    narrow = rng.random(BODIES) < 0.08 + 0.25 * old
    factors[1] = np.where(narrow, rng.uniform(0.35, 0.8, BODIES), 1.0)
    if patient.slip_pair is not None:
        factors[1, patient.slip_pair + 1] *= rng.uniform(0.45, 0.95)
    factors[1] *= np.exp(rng.normal(0, 0.08)) * np.exp(rng.normal(0, 0.07, BODIES))
    collapsed = rng.random(BODIES) < 0.03 * old
    factors[0] = np.where(collapsed, rng.uniform(0.55, 0.85, BODIES), 1.0)
    return factors


def _axes(degrees: float) -> tuple[FloatArray, FloatArray]:
    """Unit vectors to the front and upward of something tilted, facing left."""
    a = np.radians(degrees)
    return np.array([-np.cos(a), np.sin(a)]), np.array([-np.sin(a), -np.cos(a)])


def _sacrum(
    tilt: float, depth: float, source: str, rng: np.random.Generator
) -> FloatArray:
    front, up = _axes(tilt)
    ps = np.zeros(2)
    as_ = ps + depth * front
    shape = [rng.normal(m, s) for m, s in _S1[source]]
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
