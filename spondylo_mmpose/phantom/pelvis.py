"""Sacrum below S1, iliac wings, sciatic notches and hips."""

import numpy as np
from numpy.typing import ArrayLike

from spondylo_mmpose.phantom.bones import BoneLook
from spondylo_mmpose.phantom.canvas import Canvas, arc, smooth_curve
from spondylo_mmpose.phantom.column import MAGNIFICATION
from spondylo_mmpose.phantom.geometry import Geometry
from spondylo_mmpose.spine.anatomy import FloatArray

# Points in mm from the middle of S1's upper end plate: (forward, down).
_ILIUM = (
    (-52, 38), (-50, 10), (-28, -22), (0, -34), (25, -26), (50, 0), (72, 34), (66, 50),
    (58, 70), (48, 84),
)  # fmt: skip
_NOTCH = ((-6, 26), (8, 40), (20, 58), (14, 76), (4, 88), (2, 104), (-8, 130))
_HIP = (26.0, 108.0)
_HEAD_RADIUS = 25.0


class PelvicFrame:
    """Millimetres forward and down from S1 to px, film facing left."""

    def __init__(self, geometry: Geometry, tilt_degrees: float) -> None:
        self.scale = geometry.scale * MAGNIFICATION
        s1 = geometry.bodies[0]
        self.origin = (s1[0] + s1[1]) / 2
        a = np.radians(tilt_degrees)
        # The pelvis turns as one piece.
        self.turn = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])

    def __call__(self, points: ArrayLike) -> FloatArray:
        """Points ``(K, 2)`` in mm to px."""
        turned = np.asarray(points, dtype=np.float64) @ self.turn.T
        return self.origin + turned * (-1.0, 1.0) * self.scale


def draw_sacrum(
    canvas: Canvas,
    geometry: Geometry,
    look: BoneLook,
    rng: np.random.Generator,
    strength: float = 1.0,
) -> None:
    """Add the sacrum below S1's labelled quad down to the coccyx."""
    scale = geometry.scale * MAGNIFICATION
    as_, ps, ai, pi = geometry.bodies[0] / scale
    start = (ai + pi) / 2
    heading = (ai + pi) - (as_ + ps)
    angle = np.arctan2(heading[1], heading[0])
    total = rng.uniform(95, 120)
    steps = 60
    # It runs back and down, then bends forward.
    bend = np.radians(rng.uniform(45, 85)) * np.linspace(0, 1, steps) ** 1.7
    angles = angle - np.radians(rng.uniform(0, 10)) + bend
    directions = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    middle = start + np.cumsum(directions, axis=0) * total / steps
    front = np.stack([-directions[:, 1], directions[:, 0]], axis=1)
    width = np.interp(
        np.linspace(0, 1, steps),
        [0, 0.25, 0.5, 0.75, 1],
        [0.5 * float(np.linalg.norm(ai - pi)), 10, 7.5, 5.5, 3],
    )[:, None]
    anterior = np.concatenate([[as_, ai], middle + front * width])
    posterior = np.concatenate([[ps, pi], middle - front * width])
    canal = posterior.copy()
    canal[2:] -= front * np.linspace(11, 3, steps)[:, None]
    back = (ps - as_) / np.linalg.norm(ps - as_)
    canal[:2] = ps + 5 * back, pi + 9 * back
    lines = [smooth_curve(line[[0, 1, *range(6, steps + 2, 6)]], 60) * scale
             for line in (anterior, posterior, canal)]  # fmt: skip
    fade = np.interp(np.arange(60), [0, 12, 25, 59], [0.35, 0.8, 1.0, 0.5])
    canvas.fill(
        np.concatenate([lines[0], lines[1][::-1]]),
        0.55 * look.fill * strength,
        2.0,
    )
    canvas.fill(
        np.concatenate([lines[1], lines[2][::-1]]),
        0.25 * look.fill * strength,
        3.0,
    )
    weights = (rng.uniform(0.7, 1.3), rng.uniform(0.1, 0.45), rng.uniform(0.4, 0.9))
    for line, weight in zip(lines, weights, strict=True):
        uneven = np.interp(
            np.arange(60), np.arange(0, 61, 12), rng.uniform(0.2, 1.4, 6)
        )
        canvas.curve(line, weight * look.plate * strength * fade * uneven, look.soft)
    # Laminae, crest and ala: wavy strands between the canal's walls.
    for _ in range(int(rng.integers(3, 7))):
        share = rng.uniform(-0.25, 1.25) + rng.normal(0, 0.18, 60)
        share = np.convolve(np.pad(share, 6, mode='edge'), np.ones(13) / 13, 'valid')
        strand = lines[1] + share[:, None] * (lines[2] - lines[1])
        begin = int(rng.integers(0, 30))
        part = strand[begin : begin + int(rng.integers(15, 45))]
        shade = np.hanning(len(part)) * rng.uniform(0.1, 0.7) * look.plate * strength
        canvas.curve(part, shade, rng.uniform(0.9, 2.2))
    # Remnants of the discs, clearer further down.
    shares = np.cumsum(rng.uniform(0.17, 0.24, 4)) * 0.95
    for rank, share in enumerate(shares):
        k = min(int(share * steps), steps - 1)
        reach = front[k] * width[k] * rng.uniform(0.5, 1.0)
        ends = np.array([middle[k] + reach, middle[k] - reach])
        for gap in (-1.0, 1.0):
            line = (ends + gap * directions[k] * rng.uniform(0.4, 1.4)) * scale
            dense = rng.uniform(0.02, 0.12 + 0.1 * rank) * look.plate * strength
            canvas.curve(line, dense, 1.2)


def draw_pelvis(
    canvas: Canvas,
    geometry: Geometry,
    look: BoneLook,
    rng: np.random.Generator,
    strength: float = 1.0,
) -> None:
    """Add iliac wings, sciatic notches and femoral heads, both sides."""
    frame = PelvicFrame(geometry, rng.normal(0, 6))
    spread = rng.normal(0, 5.0, 2)  # the two sides do not fall on each other
    size = rng.uniform(0.92, 1.08)
    _web(canvas, frame, look, rng, strength)
    for side in (-1.0, 1.0):
        shift = side * spread
        near = rng.uniform(0.6, 1.2)
        wing = size * np.array(_ILIUM) + shift + rng.normal(0, 3.0, (len(_ILIUM), 2))
        crest = smooth_curve(wing, 70)
        closed = np.concatenate([crest, [[20, 120], [-10, 120], [-20, 70]]])
        canvas.fill(frame(closed), 0.95 * look.fill * strength * near, 6.0)
        # The thick crest ends sharply; below, the wing thins out.
        centre = size * np.array([10.0, 45.0])
        inner = centre + rng.uniform(0.7, 0.85) * (crest - centre)
        band = np.concatenate([crest[:-12], inner[::-1][12:]])
        canvas.fill(frame(band), 0.4 * look.fill * strength * near, 2.5)
        uneven = np.interp(
            np.arange(70), np.arange(0, 71, 14), rng.uniform(0.0, 1.0, 6) ** 1.7
        )
        value = 0.42 * look.plate * strength * near * uneven
        canvas.curve(frame(crest), value, rng.uniform(0.9, 1.6))
        notch = size * np.array(_NOTCH) + shift + rng.normal(0, 2.0, (len(_NOTCH), 2))
        path = smooth_curve(notch, 50)
        uneven = np.interp(
            np.arange(50), np.arange(0, 51, 10), rng.uniform(0.0, 1.2, 6) ** 1.5
        )
        dense = 0.4 * look.plate * strength * near * uneven
        canvas.curve(frame(path), dense, rng.uniform(1.0, 1.8), rng.integers(1, 3))
        canvas.curve(frame(path + (5, 0)), 0.5 * dense, 1.5)
        _hip(canvas, frame, look, rng, size, shift, strength * near)


def _web(
    canvas: Canvas,
    frame: PelvicFrame,
    look: BoneLook,
    rng: np.random.Generator,
    strength: float,
) -> None:
    """Many faint lines: alae, sacroiliac joints and cortices of both wings crossing."""
    hip = np.array(_HIP)
    for _ in range(int(rng.integers(30, 60))):
        start = np.array([rng.uniform(-40, 70), rng.uniform(-25, 85)])
        toward = hip - start if rng.random() < 0.5 else np.array([-1.0, -0.6])
        angle = np.arctan2(toward[1], toward[0]) + rng.normal(0, 0.6)
        length = rng.uniform(12, 50)
        step = length * np.array([np.cos(angle), np.sin(angle)])
        bend = rng.normal(0, 0.15) * np.array([-step[1], step[0]])
        line = frame(arc(start, step, bend, 16))
        shade = np.hanning(18)[1:-1] * rng.uniform(0.04, 0.3) * look.plate * strength
        canvas.curve(line, shade, rng.uniform(0.7, 1.8), int(rng.integers(1, 3)))


def _hip(
    canvas: Canvas,
    frame: PelvicFrame,
    look: BoneLook,
    rng: np.random.Generator,
    size: float,
    shift: FloatArray,
    strength: float,
) -> None:
    centre = size * np.array(_HIP) + 1.6 * shift + rng.normal(0, 2, 2)
    radius = size * _HEAD_RADIUS * rng.uniform(0.92, 1.1)
    around = np.radians(np.linspace(0, 360, 72))
    circle = np.stack([np.cos(around), -np.sin(around)], axis=1)
    canvas.fill(frame(centre + radius * circle), 0.8 * look.fill * strength, 3.0)
    roof = np.clip(np.sin(around + rng.normal(0, 0.3)) + 0.4, 0, 1) * rng.uniform(
        0.4, 1.0
    )
    canvas.curve(frame(centre + radius * circle), look.plate * strength * roof, 1.3)
    socket = centre + (radius + rng.uniform(3, 5)) * circle
    canvas.curve(frame(socket), 0.8 * look.plate * strength * roof, 1.5, 2)
    shaft = np.array([(-8, 10), (-20, 70), (20, 80), (18, 10)]) + centre
    canvas.fill(frame(shaft), 0.6 * look.fill * strength, 6.0)
