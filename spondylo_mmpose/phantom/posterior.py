"""What lies behind the bodies: pedicles, joints, foramina, spinous processes, ribs."""

import numpy as np
from numpy.typing import ArrayLike

from spondylo_mmpose.phantom.bones import BoneLook
from spondylo_mmpose.phantom.canvas import Canvas, arc, smooth_curve
from spondylo_mmpose.spine.anatomy import FloatArray

# Outlines in body heights: (backward from the middle of the back wall, upward).
_PEDICLE = ((-0.08, 0.38), (0.35, 0.40), (0.42, 0.05), (0.30, -0.02), (-0.05, 0.0))
_UPPER_JOINT = ((0.30, 0.10), (0.32, 0.55), (0.42, 0.88), (0.60, 0.70), (0.58, 0.1))
_LOWER_JOINT = ((0.40, 0.15), (0.62, -0.45), (0.60, -0.92), (0.80, -0.95), (0.80, 0.0))
_LAMINA = ((0.35, 0.2), (0.75, 0.15), (1.0, -0.2), (0.95, -0.55), (0.6, -0.4))
_SPINOUS = (
    (0.75, 0.05), (1.3, -0.12), (1.95, -0.28), (2.1, -0.55), (1.95, -0.85),
    (1.4, -0.72), (0.9, -0.5),
)  # fmt: skip
_FORAMEN = (
    (0.02, -0.12), (0.30, -0.10), (0.44, -0.35), (0.34, -0.66), (0.22, -0.88),
    (0.08, -0.80), (0.04, -0.5),
)  # fmt: skip
# Outline, attenuation and edge in shares of a body's.
_ELEMENTS = (
    (_PEDICLE, 0.8, 0.2),
    (_UPPER_JOINT, 0.6, 0.2),
    (_LOWER_JOINT, 0.55, 0.15),
    (_LAMINA, 0.5, 0.12),
)
_RIB = ((0.2, 0.3), (1.1, 0.0), (1.5, -1.0), (0.8, -2.6), (-0.9, -4.4), (-2.8, -5.9))


class Frame:
    """Coordinates of one vertebra: heights backward from its back wall, and upward.

    Args:
        quad: ``(4, 2)`` corners of a film that faces left, px.
        stretch: Scale of x over scale of y.
        left: Share of the body's height that is left; what lies behind keeps its size.
    """

    def __init__(self, quad: FloatArray, stretch: float, left: float = 1.0) -> None:
        as_, ps, ai, pi = quad / (stretch, 1.0)
        self._stretch = stretch
        self._origin = (ps + pi) / 2
        back = (ps + pi - as_ - ai) / 2
        self.back = back / np.linalg.norm(back)
        self.up = np.array([self.back[1], -self.back[0]])
        self.unit = float(np.linalg.norm((as_ + ps - ai - pi) / 2)) / left

    def __call__(self, points: ArrayLike) -> FloatArray:
        """Points ``(K, 2)`` in heights to px."""
        along, above = np.asarray(points, dtype=np.float64).T[..., None]
        place = self._origin + self.unit * (along * self.back + above * self.up)
        return place * (self._stretch, 1.0)


def draw_posterior(
    canvas: Canvas,
    frame: Frame,
    look: BoneLook,
    rng: np.random.Generator,
    sacral: bool = False,
) -> None:
    """Add the posterior elements of one vertebra, both sides with their parallax.

    Args:
        canvas: The film.
        frame: Coordinates of the vertebra.
        look: How dense the bones are.
        rng: Source of randomness.
        sacral: S1: joints and laminae, but no foramen below and no blade.
    """
    if not sacral:
        foramen = frame(_vary(_FORAMEN, rng, 0.05))
        canvas.fill(foramen, -rng.uniform(0.4, 1.1) * look.fill, rng.uniform(1.2, 2.5))
    shift = rng.normal(0, 0.05, 2)
    for side in (-1.0, 1.0):
        for shape, dense, line in _ELEMENTS[sacral:]:
            outline = frame(_closed(_vary(shape, rng, 0.08) + side * shift))
            canvas.fill(
                outline,
                dense * look.fill * rng.uniform(0.6, 1.3),
                rng.uniform(1.2, 3.5),
            )
            shade = line * look.plate * rng.uniform(0.2, 1.2)
            canvas.curve(
                outline, shade * _fade(rng, len(outline)), rng.uniform(0.8, 1.7)
            )
    _strands(canvas, frame, look.plate, rng)
    if sacral:
        return
    blade = frame(_closed(_vary(_SPINOUS, rng, 0.06)))
    canvas.fill(blade, rng.uniform(0.1, 0.45) * look.fill, 2.5)
    canvas.curve(
        blade, rng.uniform(0.03, 0.17) * look.plate * _fade(rng, len(blade)), 1.3
    )


def _strands(
    canvas: Canvas, frame: Frame, edge: float, rng: np.random.Generator
) -> None:
    """Short oblique lines where cortices of both sides cross."""
    for _ in range(int(rng.integers(5, 11))):
        start = np.array([rng.uniform(0.05, 0.95), rng.uniform(-1.1, 0.6)])
        angle = np.radians(rng.normal(-60, 40))
        length = rng.uniform(0.2, 0.75)
        step = length * np.array([np.cos(angle), np.sin(angle)])
        bend = rng.normal(0, 0.12) * length * np.array([-step[1], step[0]]) / length
        line = frame(arc(start, step, bend))
        shade = np.hanning(14)[1:-1] * rng.uniform(0.08, 0.42) * edge
        canvas.curve(line, shade, rng.uniform(0.7, 1.3), int(rng.integers(1, 3)))


def draw_rib(
    canvas: Canvas, frame: Frame, look: BoneLook, rng: np.random.Generator
) -> None:
    """Add the two ribs of a thoracic vertebra as faint bands."""
    for _ in range(2):
        path = np.array(_RIB) * (rng.uniform(0.8, 1.2), rng.uniform(0.75, 1.15))
        path += rng.normal(0, 0.15, 2)
        middle = smooth_curve(path, 40)
        normal = np.gradient(middle, axis=0)[:, ::-1] * (1.0, -1.0)
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        half = rng.uniform(0.13, 0.2)
        upper, lower = frame(middle + half * normal), frame(middle - half * normal)
        strength = rng.uniform(0.5, 1.2)
        canvas.fill(
            np.concatenate([upper, lower[::-1]]), 0.3 * look.fill * strength, 1.8
        )
        for line in (upper, lower):
            fade = _fade(rng, len(line)) * np.linspace(1.2, 0.3, len(line))
            canvas.curve(line, 0.2 * look.plate * strength * fade, 1.2)


def _vary(shape: ArrayLike, rng: np.random.Generator, spread: float) -> FloatArray:
    points = np.asarray(shape, dtype=np.float64)
    return points + rng.normal(0, spread, points.shape)


def _closed(points: FloatArray) -> FloatArray:
    return smooth_curve(np.concatenate([points, points[:1]]), 30)


def _fade(rng: np.random.Generator, number: int) -> FloatArray:
    knots = rng.uniform(0.0, 1.6, 6)
    return np.interp(np.linspace(0, 5, number), np.arange(6), knots)
