"""Traits of real films that the plain drawing lacks, each added by its name.

They come from looking at crops of real films beside crops of phantoms; docs/phantoms.md
says what each is worth. Plain films are drawn without them and stay as they are.
"""

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from spondylo_mmpose.phantom.bones import BoneLook
from spondylo_mmpose.phantom.canvas import Canvas, arc, blur, smooth_curve, smooth_noise
from spondylo_mmpose.phantom.column import MAGNIFICATION
from spondylo_mmpose.phantom.geometry import Geometry

TRAITS = (
    'corners',
    'plates',
    'sacrum',
    'mottle',
    'oblique',
    'spurs',
    'aorta',
    'metal',
    'fractures',
)
"""Rounded corners that fade; soft and faint contours; S1 behind ilium and haze;
mottled bone and tissue; double contours of vertebrae that the ray meets obliquely;
large osteophytes; a calcified aorta; screws, rods, cages and clips; vertebrae that lost
height, the only one that changes where corners lie."""


def choose_traits(
    traits: Collection[str], share: float, rng: np.random.Generator
) -> list[str]:
    """Choose some of the traits for one film.

    Args:
        traits: Some of :data:`TRAITS`.
        share: Probability of each.
        rng: A stream of the film.
    """
    drawn = dict(zip(TRAITS, rng.random(len(TRAITS)), strict=True))
    return [trait for trait in traits if drawn[trait] < share]


def change_look(
    look: BoneLook, traits: Collection[str], rng: np.random.Generator
) -> BoneLook:
    """Change how the bones of one film look.

    Args:
        look: The plain look.
        traits: Some of :data:`TRAITS`.
        rng: The film's stream of traits.
    """
    rounding, fading = rng.uniform(0.0, 0.10), rng.uniform(0.0, 0.9)
    plate, wall, fill = rng.uniform((0.3, 0.4, 0.6), (0.95, 1.0, 1.25))
    soft, sacral = rng.uniform(1.0, 2.4), rng.uniform(0.35, 1.0)
    if 'corners' in traits:
        look = replace(look, rounding=rounding, fading=fading)
    if 'plates' in traits:
        look = replace(
            look,
            plate=look.plate * plate,
            wall=look.wall * wall,
            fill=look.fill * fill,
            soft=look.soft * soft,
        )
    if 'sacrum' in traits:
        look = replace(look, sacral=sacral)
    if 'oblique' in traits:
        # The ray is level with the plates somewhere along the spine, or nowhere.
        diverging, level_at = rng.uniform((-0.09, -1.0), (0.09, 6.0))
        look = replace(
            look,
            diverging=diverging,
            opening=rng.normal(0, 0.07) - diverging * level_at,
            rotation=rng.uniform(-0.12, 0.12),
        )
    if 'spurs' in traits:
        look = replace(look, spurs=rng.uniform(0.1, 0.35))
    return look


def hide_sacrum(
    canvas: Canvas, geometry: Geometry, look: BoneLook, rng: np.random.Generator
) -> None:
    """Lay edges of ilium and alae over S1 and L5, and haze around them.

    Args:
        canvas: The film.
        geometry: Where the bones are.
        look: How they look.
        rng: The film's stream of traits.
    """
    scale = geometry.scale * MAGNIFICATION
    middle = geometry.bodies[0].mean(axis=0)
    for _ in range(int(rng.integers(1, 5))):
        angle = rng.uniform(0, np.pi)
        step = np.array([np.cos(angle), np.sin(angle)]) * rng.uniform(35, 110)
        across = np.array([-step[1], step[0]])
        start = rng.normal(0, 16, 2) - rng.uniform(0.3, 0.7) * step
        line = arc(start, step, rng.normal(0, 0.12) * across, 20)
        shade = np.hanning(22)[1:-1] * rng.uniform(0.1, 0.5) * look.plate
        canvas.curve(middle + line * scale, shade, rng.uniform(0.9, 2.4))
        # A sheet of bone ends at the line.
        sheet = np.concatenate([line, (line + rng.uniform(0.5, 1.2) * across)[::-1]])
        dense = rng.uniform(0.05, 0.45) * look.fill
        canvas.fill(middle + sheet * scale, dense, rng.uniform(1.0, 4.0))
    rows, columns = np.mgrid[: canvas.size, : canvas.size]
    away = (columns - middle[0]) / scale[0], (rows - middle[1]) / scale[1]
    reach = np.hypot(*away) / rng.uniform(25, 45)
    share = (rng.uniform(0, 0.4) * np.exp(-(reach**2))).astype(np.float32)
    canvas.image += share * (blur(canvas.image, rng.uniform(3, 9)) - canvas.image)


def mottle(canvas: Canvas, rng: np.random.Generator) -> None:
    """Add texture that grows with what the ray has crossed.

    Args:
        canvas: The film.
        rng: The film's stream of traits.
    """
    size = canvas.image.shape
    fine = smooth_noise(rng, size, rng.uniform(2.0, 4.0))  # type: ignore[arg-type]
    coarse = smooth_noise(rng, size, tuple(rng.uniform(4, 10, 2)))  # type: ignore[arg-type]
    texture = rng.uniform(0.002, 0.016) * fine + rng.uniform(0.002, 0.022) * coarse
    canvas.image *= 1 + texture


def calcify_aorta(
    canvas: Canvas, geometry: Geometry, look: BoneLook, rng: np.random.Generator
) -> None:
    """Draw both walls of an aorta in front of the lumbar spine, chalky in patches.

    Args:
        canvas: The film.
        geometry: Where the bones are.
        look: How dense the bones are.
        rng: The film's stream of what is added.
    """
    scale = geometry.scale * MAGNIFICATION
    # It parts in front of L4.
    lowest = min(2, len(geometry.bodies) - 2)  # zoomed films show few
    path = geometry.bodies[lowest:9, (2, 0)].reshape(-1, 2)
    away = rng.uniform(2, 9)
    for distance in (away, away + rng.uniform(14, 24)):
        wall = smooth_curve(path - np.array([distance, 0.0]) * scale, 160)
        patches = np.interp(
            np.linspace(0, 1, 160), np.linspace(0, 1, 40), rng.normal(-0.3, 0.8, 40)
        )
        shade = np.clip(patches, 0, 1) * rng.uniform(0.4, 1.2) * look.plate
        canvas.curve(wall, shade, rng.uniform(0.8, 1.6), int(rng.integers(1, 4)))
