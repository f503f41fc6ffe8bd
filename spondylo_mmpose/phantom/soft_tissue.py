"""Body envelope, diaphragm and lung, bowel gas, and fields that hide parts."""

import cv2
import numpy as np

from spondylo_mmpose.phantom.canvas import Canvas, FloatImage, blur, smooth_noise
from spondylo_mmpose.phantom.column import MAGNIFICATION
from spondylo_mmpose.phantom.geometry import Geometry
from spondylo_mmpose.spine import anatomy
from spondylo_mmpose.spine.anatomy import FloatArray


def draw_body_envelope(
    canvas: Canvas, geometry: Geometry, rng: np.random.Generator
) -> FloatImage:
    """Add the soft tissue of the trunk.

    Returns:
        ``(size, size)`` share of the trunk's depth, 0 at the belly, 1 at the back, and
        outside [0, 1] in the air.
    """
    size = canvas.size
    scale = geometry.scale * MAGNIFICATION
    rows = np.arange(size, dtype=np.float64)
    s1 = anatomy.centres(geometry.bodies[:1])[0]
    below = (rows - s1[1]) / scale[1]  # mm below S1
    axis = _trunk_line(geometry, rows)
    front_edge, back_edge = _edges(axis, below, scale, rng)
    width = (back_edge - front_edge)[:, None]
    depth = (np.arange(size)[None] - front_edge[:, None]) / width
    depth = depth.astype(np.float32)
    thick = np.clip(depth, 0, 1)
    # The trunk is thickest a little in front of the spine and thins out to the back.
    peak = rng.uniform(0.5, 0.68)
    arch = np.sin(np.pi * thick ** (np.log(0.5) / np.log(peak)))
    thick = np.clip(arch, 0, 1) ** rng.uniform(0.6, 1.4)
    pelvis = rng.uniform(0.55, 1.4)
    along = 1.0 + np.interp(
        below,
        [-260, -190, -110, -50, 0, 60, 110, 150],
        [0.2, 0.35, 0.15, 0, 0.25 * pelvis, 0.7 * pelvis, pelvis, 1.1 * pelvis],
    )
    # Muscles beside the column keep the bodies from standing out.
    reach = np.arange(size)[None] - _spine_line(geometry, rows)[:, None]
    column = np.exp(-((reach / (rng.uniform(22, 34) * scale[0])) ** 2))
    thick = thick * (1 + rng.uniform(0.08, 0.3) * column)
    layer = (rng.uniform(58, 82) * thick * along[:, None]).astype(np.float32)
    uneven = 1 + 0.06 * smooth_noise(rng, (size, size), 110.0)
    uneven += 0.025 * smooth_noise(rng, (size, size), 35.0)
    uneven += 0.012 * smooth_noise(rng, (size, size), (90.0, 14.0))
    uneven += 0.010 * smooth_noise(rng, (size, size), (9.0, 6.0))
    canvas.add(blur(layer * uneven, 9.0))
    canvas.add(float(rng.uniform(2, 9)))
    if rng.random() < 0.5:
        edge = np.stack([back_edge, rows], axis=1)[::8] - (rng.uniform(2, 8), 0)
        canvas.curve(edge, rng.uniform(1.0, 3.5), 2.5)
    return depth


def _edges(
    axis: FloatArray, below: FloatArray, scale: FloatArray, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Skin at the belly and at the back in each row, px."""
    stout = rng.normal(0, 0.16)
    belly = np.full(len(below), rng.uniform(105, 165) * (1 + stout))
    belly += 14 * np.exp(-(((below + 20) / 70) ** 2)) * rng.uniform(-0.5, 1.5)
    belly += np.interp(below, [-220, -120, 40, 120], [-15, 0, 5, -15])
    back = np.full(len(below), rng.uniform(72, 98) * (1 + 0.7 * stout))
    buttock = rng.uniform(20, 55)
    knots = [-240, -150, -70, 0, 70, 120], [0, 0, -3, 10, buttock, buttock]
    back += np.interp(below, *knots)
    return axis - belly * scale[0], axis + back * scale[0]


def draw_chest(canvas: Canvas, geometry: Geometry, rng: np.random.Generator) -> None:
    """Darken the lung above the diaphragm, where the film reaches so high."""
    scale = geometry.scale * MAGNIFICATION
    s1 = anatomy.centres(geometry.bodies[:1])[0]
    top = s1[1] - rng.uniform(185, 235) * scale[1]
    if top < -20 or rng.random() < 0.25:
        return
    size = canvas.size
    spine = float(_trunk_line(geometry, np.array([max(top, 0.0)]))[0])
    for _ in range(2):
        columns = np.arange(size)
        reach = (spine - columns) / scale[0]
        height = rng.uniform(15, 45)
        dome = top - height * scale[1] * np.exp(
            -(((reach - rng.uniform(35, 70)) / 60) ** 2)
        )
        dome += np.clip(-reach - 5, 0, 60) * scale[1] * rng.uniform(0.3, 1.0)
        mask = (np.arange(size)[:, None] < dome[None]).astype(np.float32)
        mask = cv2.GaussianBlur(mask, (0, 0), rng.uniform(1.0, 2.5))
        canvas.image *= 1 - rng.uniform(0.12, 0.4) * mask


def draw_gas(
    canvas: Canvas, geometry: Geometry, depth: FloatImage, rng: np.random.Generator
) -> None:
    """Add bowel gas in front of the spine, sometimes over it, and in the rectum."""
    size = canvas.size
    scale = geometry.scale * MAGNIFICATION
    cell = rng.uniform(11, 28)
    field = smooth_noise(rng, (size, size), (cell * scale[0] / 2, cell * scale[1] / 2))
    field += 0.45 * smooth_noise(rng, (size, size), 11.0)
    where = smooth_noise(rng, (size, size), 110.0)
    reach = rng.choice([0.42, 0.52, 0.75], p=[0.6, 0.3, 0.1])
    zone = np.clip((reach - depth) / 0.15, 0, 1) * np.clip(depth / 0.1, 0, 1)
    zone *= np.clip(where + rng.uniform(-0.7, 1.0), 0, 1)
    # Loops of different depth: some sharp, some out of focus.
    level, sharp = rng.uniform(0.1, 1.2), rng.uniform(1.6, 4.0)
    gas = 1 / (1 + np.exp(-(field - level) * sharp))
    gas *= 0.55 + 0.45 * np.clip(smooth_noise(rng, (size, size), 45.0), -1, 1)
    rim = np.exp(-(((field - level + 0.45) / 0.3) ** 2))
    share = rng.uniform(0.12, 0.6)
    # Gas takes away a share of the tissue that it displaces.
    layer = zone * (0.12 * rim - gas) * share
    canvas.add((layer * np.clip(canvas.image, 0, 70)).astype(np.float32))
    _bubbles(canvas, depth, scale, rng, reach)
    if rng.random() < 0.75:
        _rectum(canvas, geometry, scale, rng)


def _bubbles(
    canvas: Canvas,
    depth: FloatImage,
    scale: FloatArray,
    rng: np.random.Generator,
    reach: float,
) -> None:
    """Single round gas shadows with a thin wall, in clusters."""
    size = canvas.size
    around = np.radians(np.arange(0, 360, 15))
    circle = np.stack([np.cos(around), np.sin(around)], axis=1)
    for _ in range(int(rng.integers(0, 5))):
        cluster = rng.uniform(0, size, 2)
        for _ in range(int(rng.integers(2, 9))):
            place = cluster + rng.normal(0, 18, 2) * scale
            x, y = np.clip(place, 0, size - 1).astype(int)
            if not 0.05 < depth[y, x] < reach:
                continue
            wobble = 1 + 0.12 * np.sin(2 * around + rng.uniform(0, 6))
            wobble += 0.08 * np.sin(3 * around + rng.uniform(0, 6))
            axes = scale * rng.uniform(2.5, 9) * rng.uniform(0.75, 1.3, 2)
            outline = place + circle * wobble[:, None] * axes
            value = canvas.image[y, x]
            canvas.fill(outline, -rng.uniform(0.1, 0.45) * value, rng.uniform(1, 3))
            if rng.random() < 0.6:
                closed = np.concatenate([outline, outline[:1]])
                canvas.curve(closed, rng.uniform(0.01, 0.05) * value, 1.4)


def _rectum(
    canvas: Canvas, geometry: Geometry, scale: FloatArray, rng: np.random.Generator
) -> None:
    s1 = geometry.bodies[0]
    middle = (s1[0] + s1[1]) / 2
    for _ in range(int(rng.integers(1, 4))):
        centre = middle + scale * (rng.uniform(5, 42), rng.uniform(62, 110))
        around = np.radians(np.arange(0, 360, 12))
        radius = 1 + 0.35 * np.sin(2 * around + rng.uniform(0, 6)) * rng.random()
        radius += 0.15 * np.sin(3 * around + rng.uniform(0, 6))
        axes = scale * rng.uniform(4, 17, 2)
        blob = np.stack([np.cos(around), np.sin(around)], axis=1) * radius[:, None]
        canvas.fill(centre + blob * axes, -rng.uniform(6, 24), rng.uniform(1.5, 4))


def veil(canvas: Canvas, rng: np.random.Generator) -> None:
    """Flatten contrast in a soft field, as thick or badly placed tissue does."""
    if rng.random() < 0.55:
        field = np.clip(smooth_noise(rng, canvas.image.shape, 150.0) - 0.4, 0, 1)  # type: ignore[arg-type]
        share = field * rng.uniform(0.2, 0.75)
        flat = blur(canvas.image, rng.uniform(9, 18))
        canvas.image += share * (flat - canvas.image)


def _spine_line(geometry: Geometry, rows: FloatArray) -> FloatArray:
    """Middle line of the bodies, x in each row, px."""
    middle = anatomy.centres(geometry.bodies)[::-1]
    return np.interp(rows, middle[:, 1], middle[:, 0])


def _trunk_line(geometry: Geometry, rows: FloatArray) -> FloatArray:
    """Middle line of the trunk at the spine, x in each row, px.

    Straighter than the spine: the skin does not follow its curves.
    """
    middle = anatomy.centres(geometry.bodies)
    y, x = middle[1:, 1], middle[1:, 0]
    slope = np.polyfit(y, x, 1)[0] if len(y) > 2 else 0.0
    slope = float(np.clip(0.7 * slope, -0.35, 0.35))
    bend = np.interp(rows, y[::-1], (x - x.mean() - slope * (y - y.mean()))[::-1])
    # Below the spine the trunk goes straight down.
    return x.mean() + slope * (np.minimum(rows, y[0]) - y.mean()) + 0.35 * bend
