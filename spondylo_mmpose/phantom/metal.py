"""Metal of operated spines: pedicle screws with rods, cages, clips.

Dimensions are those of common implants: shanks of 5.5 to 7.5 mm, rods of 5.5 to 6 mm,
clips of 5 to 10 mm. A lumbar vertebra's height, in which the frame counts, is near 26.
"""

import itertools

import numpy as np

from spondylo_mmpose.phantom.canvas import Canvas, smooth_curve
from spondylo_mmpose.phantom.column import MAGNIFICATION
from spondylo_mmpose.phantom.degrade import DENSE
from spondylo_mmpose.phantom.geometry import Geometry
from spondylo_mmpose.phantom.posterior import Frame
from spondylo_mmpose.spine.anatomy import FloatArray

_P_SCREWS, _P_CAGE, _P_CLIPS = 0.65, 0.5, 0.35
_MM = 1 / 26.0  # heights of a lumbar vertebra
_HIGHEST = 7  # bodies from S1, of which the last is T12


def draw_metal(canvas: Canvas, geometry: Geometry, rng: np.random.Generator) -> None:
    """Add what a surgeon left: screws and rods or clips, and cages between bodies.

    Args:
        canvas: The film, facing left.
        geometry: Where the bones are.
        rng: A stream of the film.
    """
    before = canvas.image.copy()
    # Hardly a ray gets through; the reader's window is set by the patient all the same.
    limit = rng.uniform(1.1, 1.4) * np.percentile(before[::4, ::4], DENSE)
    dense = rng.uniform(45, 150)
    stretch = float(geometry.scale[0] / geometry.scale[1])
    low = int(rng.choice(4, p=(0.45, 0.3, 0.15, 0.1)))
    number = int(rng.integers(2, 5))
    # Zoomed films show few; screws are in two at least.
    low = min(low, len(geometry.bodies) - 2)
    bodies = geometry.bodies[low : min(low + number, _HIGHEST)]
    screws = rng.random() < _P_SCREWS
    if screws:
        _draw_screws(canvas, bodies, stretch, dense, rng)
    for lower, upper in itertools.pairwise(bodies):
        if rng.random() < _P_CAGE * (1.0 if screws else 0.4):
            _draw_cage(canvas, lower, upper, dense, rng)
    if rng.random() < (_P_CLIPS if screws else 0.9):
        _draw_clips(canvas, geometry, dense, rng)
    np.maximum(before, np.minimum(canvas.image, limit), out=canvas.image)


def _draw_screws(
    canvas: Canvas,
    bodies: FloatArray,
    stretch: float,
    dense: float,
    rng: np.random.Generator,
) -> None:
    """Two rods, each with a screw in every vertebra; sides nearly coincide."""
    across = rng.uniform(5.5, 7.5) * _MM
    rod = rng.uniform(5.5, 6.0) * _MM
    back, up = rng.uniform(0.55, 0.85), rng.uniform(0.1, 0.3)
    for shift in rng.normal(0, 0.07, (2, 2)):
        heads = []
        for quad in bodies:
            frame = Frame(quad, stretch)
            head = np.array([back, up]) + shift + rng.normal(0, 0.05, 2)
            tip = np.array([rng.uniform(-1.05, -0.5), up + rng.normal(-0.05, 0.12)])
            canvas.fill(frame(_shank(head, tip + shift, across)), dense, 0.6)
            canvas.fill(frame(_tulip(head, tip)), dense, 0.6)
            heads.append(frame(head[None])[0])
        ends = np.array(heads)
        beyond = rng.uniform(0.1, 0.4, 2)[:, None] * (ends[[0, -1]] - ends[[1, -2]])
        path = np.concatenate([[ends[0] + beyond[0]], ends, [ends[-1] + beyond[1]]])
        width = rod * Frame(bodies[0], stretch).unit * np.sqrt(stretch)
        canvas.curve(smooth_curve(path), dense, 0.6, max(round(width), 2))


def _shank(head: FloatArray, tip: FloatArray, across: float) -> FloatArray:
    """Outline of a threaded shank, pointed at its tip, in heights, ``(K, 2)``."""
    step = tip - head
    side = np.array([-step[1], step[0]]) / np.linalg.norm(step)
    t = np.linspace(0, 1, 36)
    # Every other point lies in the groove of the thread.
    half = across / 2 * np.where(np.arange(36) % 2, 1.0, 0.72)
    half *= np.clip((1 - t) / 0.15, 0.15, 1.0)
    middle = head + t[:, None] * step
    edges = half[:, None] * side
    return np.concatenate([middle + edges, (middle - edges)[::-1]])


def _tulip(head: FloatArray, tip: FloatArray) -> FloatArray:
    """Outline of a screw's head around the rod, in heights, ``(4, 2)``."""
    along = (tip - head) / np.linalg.norm(tip - head)
    side = np.array([-along[1], along[0]])
    corners = np.array([(-0.26, -0.2), (0.3, -0.2), (0.3, 0.2), (-0.26, 0.2)])
    return head + corners[:, :1] * along + corners[:, 1:] * side


def _draw_cage(
    canvas: Canvas,
    lower: FloatArray,
    upper: FloatArray,
    dense: float,
    rng: np.random.Generator,
) -> None:
    """Add a cage to a disc: a frame of titanium, or the markers of a clear one."""
    front, back = np.sort(rng.uniform((0.1, 0.6), (0.4, 0.9)))
    below, above = lower[:2], upper[2:]
    ends = np.array(
        [[p[0] + s * (p[1] - p[0]) for s in (front, back)] for p in (below, above)]
    )
    (low_front, low_back), (high_front, high_back) = ends
    if rng.random() < 0.5:
        outline = np.array([low_front, low_back, high_back, high_front])
        canvas.fill(outline, rng.uniform(0.2, 0.6) * dense, 0.7)
        canvas.curve(np.concatenate([outline, outline[:1]]), 0.7 * dense, 0.6, 2)
        return
    for start, end in ((low_front, high_front), (low_back, high_back)):
        middle = start + np.array([[0.2], [0.8]]) * (end - start)
        canvas.curve(middle, dense, 0.6, 2)


def _draw_clips(
    canvas: Canvas, geometry: Geometry, dense: float, rng: np.random.Generator
) -> None:
    """Scatter clips in the belly, in front of the spine or over it."""
    scale = geometry.scale * MAGNIFICATION
    near = min(int(rng.integers(1, 5)), len(geometry.bodies) - 1)
    around = geometry.bodies[near].mean(axis=0)
    spread = rng.uniform(10, 40)
    middle = around + (-rng.uniform(10, 80), 0) * scale
    for _ in range(int(rng.integers(1, 7))):
        place = middle + rng.normal(0, spread, 2) * scale
        angle = rng.uniform(0, np.pi)
        half = rng.uniform(2.5, 5.0) * np.array([np.cos(angle), np.sin(angle)]) * scale
        line = np.array([place - half, place + half])
        canvas.curve(line, rng.uniform(0.5, 1.0) * dense, 0.6, int(rng.integers(1, 4)))
