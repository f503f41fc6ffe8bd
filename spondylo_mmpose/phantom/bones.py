"""Vertebral bodies: end plates, walls, spongy bone, worn edges."""

from dataclasses import dataclass, replace

import numpy as np

from spondylo_mmpose.phantom.canvas import Canvas, smooth_curve, smooth_noise
from spondylo_mmpose.phantom.fractures import Fractures
from spondylo_mmpose.spine.anatomy import FloatArray


@dataclass(frozen=True)
class BoneLook:
    """How dense and how worn the bones of one film are.

    Attributes:
        fill: Attenuation of a body.
        plate: Attenuation of an end plate's line.
        wall: Attenuation of the front and back walls.
        double: Typical distance of an end plate's two contours, px.
        worn: 0 for a young spine, 1 for an old one.
        soft: Blur of the edges, px.
        sacral: Factor on the end plates of S1.
        rounding: Typical depth of rounded corners, vertebral heights.
        fading: How much an end plate fades toward its ends, 0 to 1.
        opening: How far the near and the far rim of an end plate lie apart in its
            middle, vertebral heights; they meet at the corners. Its sign tells which
            lies above.
        diverging: Change of ``opening`` from a vertebra to the next one above.
        rotation: How far the two contours of a wall lie apart, vertebral widths.
        spurs: How far spurs may reach farther than age makes them, vertebral heights.
        hollow: How much deeper than usual the upper and the lower end plate are
            hollowed, vertebral heights.
        pressed: Attenuation of bone pressed together below the upper end plate, in
            that of an end plate.
        fractures: What is broken, which gives each vertebra the two above.
    """

    fill: float
    plate: float
    wall: float
    double: float
    worn: float
    soft: float
    sacral: float = 1.0
    rounding: float = 0.0
    fading: float = 0.0
    opening: float = 0.0
    diverging: float = 0.0
    rotation: float = 0.0
    spurs: float = 0.0
    hollow: tuple[float, float] = (0.0, 0.0)
    pressed: float = 0.0
    fractures: Fractures | None = None

    def at(self, order: int) -> 'BoneLook':
        """The look of one vertebra.

        Args:
            order: 0 for S1, counted upward.
        """
        look = self
        if self.diverging:
            look = replace(look, opening=self.opening + order * self.diverging)
        if self.fractures is not None and self.fractures.kinds[order]:
            upper, lower = self.fractures.hollow[order]
            pressed = self.fractures.dense[order]
            look = replace(look, hollow=(upper, lower), pressed=pressed)
        return look


def draw_look(rng: np.random.Generator, age: int) -> BoneLook:
    """Draw the look of a film's bones."""
    worn = float(np.clip((age - 25) / 50 + rng.normal(0, 0.15), 0, 1))
    dense = rng.uniform(0.65, 1.25) * (1.05 - 0.3 * worn)
    return BoneLook(
        fill=11.5 * dense,
        plate=rng.uniform(11, 27) * (0.8 + 0.4 * dense) / 1.2,
        wall=rng.uniform(3.5, 10) * dense,
        double=rng.uniform(1.0, 3.2) if rng.random() < 0.75 else rng.uniform(3, 6),
        worn=worn,
        soft=rng.uniform(0.7, 1.15),
    )


def draw_body(
    canvas: Canvas,
    quad: FloatArray,
    look: BoneLook,
    rng: np.random.Generator,
    sacral: bool = False,
) -> None:
    """Add one vertebral body.

    Args:
        canvas: The film.
        quad: ``(4, 2)`` corners, px, film facing left (front is left).
        look: See :class:`BoneLook`.
        rng: Source of randomness.
        sacral: S1: its labelled lower edge is a convention, no end plate.
    """
    strength = rng.uniform(0.75, 1.2)
    as_, ps, ai, pi = quad
    height = float(np.linalg.norm((as_ + ps - ai - pi) / 2))
    down = (ai + pi - as_ - ps) / 2 / height
    # Concavities in parts of the height.
    hollow = rng.uniform(0.02, 0.08) + look.hollow[0]
    upper = _plate(as_, ps, down, hollow * height, rng)
    lower = _plate(
        ai, pi, -down, (rng.uniform(0.04, 0.12) + look.hollow[1]) * height, rng
    )
    inward = (ps + pi - as_ - ai) / 2
    front = _wall(as_, ai, inward * rng.uniform(0.012, 0.05))
    back = _wall(ps, pi, -inward * rng.uniform(0.005, 0.035))
    cut = np.zeros((4, 2))
    if look.rounding:
        depth = rng.uniform(0, 2, (4, 1)) * look.rounding * height
        diagonal = quad.mean(axis=0) - quad
        cut = depth * diagonal / np.linalg.norm(diagonal, axis=1, keepdims=True)
        upper, lower = _cut(upper, *cut[:2]), _cut(lower, *cut[2:])
        front, back = _cut(front, *cut[::2]), _cut(back, *cut[1::2])
    outline = np.concatenate([upper, back[1:-1], lower[::-1], front[::-1][1:-1]])

    if sacral:
        # The sacrum as a whole is filled elsewhere.
        canvas.fill(outline, 0.2 * look.fill * strength, 0.08 * height)
    else:
        canvas.fill(outline, look.fill * strength, look.soft * 1.3)
    core = outline.mean(axis=0) + 0.72 * (outline - outline.mean(axis=0))
    canvas.fill(core, -0.14 * look.fill * strength, 0.09 * height)
    _spongiosa(canvas, outline, look, rng, strength)

    rim = 0.5 + 0.5 * look.worn
    fade = 1 - look.fading * np.abs(np.linspace(-1, 1, len(upper))) ** 6
    # An end plate that is seen obliquely is an oval, pointed at the corners.
    apart = 0.5 * look.opening * height * np.sin(np.linspace(0, np.pi, len(upper)))
    rims = apart[:, None] * down
    for line, start, end, side in ((upper, as_, ps, down), (lower, ai, pi, -down)):
        dense = strength * fade
        if sacral:
            dense *= rng.uniform(0.6, 1.0) if start is as_ else rng.uniform(0, 0.3)
            dense *= look.sacral
        value = look.plate * dense * _uneven(rng, len(line), 0.35)
        canvas.curve(line + rims, value, look.soft)
        # Subchondral band: denser bone beside the plate.
        canvas.curve(
            line + side * 0.06 * height,
            0.16 * value,
            0.06 * height,
            max(int(0.08 * height), 1),
        )
        # The far rim of the ring does not fall on the near one.
        offset = rng.normal(0, look.double)
        other = _plate(start, end, side, 0.01 * height, rng) - side * abs(offset) * 0.3
        other = other + side * offset * np.hanning(len(other))[:, None]
        if look.rounding:
            other = _cut(other, *(cut[:2] if start is as_ else cut[2:]))
        far = (0.8 if look.opening else 0.5) * look.plate
        canvas.curve(other - rims, far * dense * _uneven(rng, len(line), 0.6))
        for corner, sign in ((start, -1.0), (end, 1.0)):
            if rng.random() < 0.75 * rim and not sacral:
                away = sign * inward / np.linalg.norm(inward)
                _lip(canvas, corner, away, -side, height, look, rng, strength)
    if look.pressed:
        below, wide = upper[3:-3] + 0.14 * height * down, max(int(0.1 * height), 1)
        canvas.curve(below, look.pressed * look.plate * strength, 0.05 * height, wide)
    strength *= 0.4 if sacral else 1.0
    canvas.curve(front, look.wall * strength * _uneven(rng, len(front), 0.3), look.soft)
    middle = 0.25 + 0.75 * np.abs(np.linspace(-1, 1, len(back)))
    density = 0.8 * look.wall * strength * middle * _uneven(rng, len(back), 0.4)
    canvas.curve(back, density, look.soft)
    if look.rotation:
        aside = np.sin(np.linspace(0, np.pi, len(back)))[:, None] ** 0.6 * inward
        for wall in (front, back):
            canvas.curve(wall + look.rotation * aside, 0.7 * density, look.soft)


def _plate(
    start: FloatArray,
    end: FloatArray,
    inward: FloatArray,
    depth: float,
    rng: np.random.Generator,
) -> FloatArray:
    """End plate from front to back, hollowed by ``depth``, deepest a little behind."""
    t = np.linspace(0, 1, 25)
    hollow = np.sin(np.pi * t ** rng.uniform(1.0, 1.5)) ** rng.uniform(0.8, 1.3)
    # Slightly wavy, but exact at both ends.
    wave = np.interp(t, np.linspace(0, 1, 9), rng.normal(0, 0.14, 9)) * np.sin(
        np.pi * t
    )
    hollow = hollow + wave
    return start + t[:, None] * (end - start) + depth * hollow[:, None] * inward


def _wall(start: FloatArray, end: FloatArray, inward: FloatArray) -> FloatArray:
    t = np.linspace(0, 1, 17)[:, None]
    return start + t * (end - start) + np.sin(np.pi * t) * inward


def _cut(line: FloatArray, start: FloatArray, end: FloatArray) -> FloatArray:
    """Move a line's ends inward, and ever less what is farther from them."""
    moved = line.copy()
    for corner, move in ((line[0], start), (line[-1], end)):
        reach = 2.0 * np.linalg.norm(move) + 1e-6
        far = np.linalg.norm(line - corner, axis=1)
        moved += np.exp(-far / reach)[:, None] * move
    return moved


def _uneven(rng: np.random.Generator, number: int, spread: float) -> FloatArray:
    """Brightness along a line: a few slow ups and downs around 1."""
    knots = rng.normal(1, spread, 5).clip(0.15, 1.8)
    return np.interp(np.linspace(0, 4, number), np.arange(5), knots)


def _spongiosa(
    canvas: Canvas,
    outline: FloatArray,
    look: BoneLook,
    rng: np.random.Generator,
    strength: float,
) -> None:
    """Faint vertical and mottled texture inside a body."""
    low = np.maximum(np.floor(outline.min(axis=0)).astype(int), 0)
    high = np.minimum(np.ceil(outline.max(axis=0)).astype(int), canvas.size)
    if (high - low < 8).any():
        return
    size = (int(high[1] - low[1]), int(high[0] - low[0]))
    texture = smooth_noise(rng, size, (2.2, 7.0)) + 1.2 * smooth_noise(rng, size, 12.0)
    part = Canvas(canvas.size)
    part.image = np.zeros(size, np.float32)
    part.size = max(size)
    part.fill(outline - low, 1.0, 2.0)
    canvas.image[low[1] : high[1], low[0] : high[0]] += (
        0.055 * look.fill * strength * texture * part.image
    )


def _lip(
    canvas: Canvas,
    corner: FloatArray,
    away: FloatArray,
    toward_disc: FloatArray,
    height: float,
    look: BoneLook,
    rng: np.random.Generator,
    strength: float,
) -> None:
    """Bright edge of the ring, and a spur on a worn spine."""
    reach = height * (0.02 + 0.16 * look.worn * rng.random() ** 2)
    if look.spurs:
        reach += height * look.spurs * rng.random()
    tip = corner + reach * (away + rng.uniform(-0.1, 0.7) * toward_disc)
    base = corner - 0.12 * height * away
    side = corner - 0.16 * height * toward_disc - 0.02 * height * away
    spur = smooth_curve(np.array([base, tip, side]), 12)
    canvas.fill(spur, 0.7 * look.fill * strength, look.soft)
    canvas.curve(spur, rng.uniform(0.3, 0.9) * look.plate * strength, look.soft)
