"""One phantom: a synthetic lateral lumbar film and all that is known of it."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from spondylo_mmpose.phantom import degrade, posterior, soft_tissue
from spondylo_mmpose.phantom.bones import draw_body, draw_look
from spondylo_mmpose.phantom.canvas import Canvas
from spondylo_mmpose.phantom.column import BODIES
from spondylo_mmpose.phantom.degrade import GreyImage
from spondylo_mmpose.phantom.fractures import Fractures, Kind, draw_fractures
from spondylo_mmpose.phantom.geometry import SIZE, Geometry, draw_geometry, label_all
from spondylo_mmpose.phantom.markers import add_markers
from spondylo_mmpose.phantom.metal import draw_metal
from spondylo_mmpose.phantom.patient import Patient, Source, draw_patient
from spondylo_mmpose.phantom.pelvis import draw_pelvis, draw_sacrum
from spondylo_mmpose.phantom.random import (
    ADDED,
    ANATOMY,
    BREAK,
    CHOICE,
    EXPOSURE,
    GEOMETRY,
    SOFT_TISSUE,
    TRAIT,
    stream,
)
from spondylo_mmpose.phantom.traits import (
    calcify_aorta,
    change_look,
    choose_traits,
    hide_sacrum,
    mottle,
)
from spondylo_mmpose.spine import anatomy, measurements
from spondylo_mmpose.spine.anatomy import Facing, FloatArray

LEVEL_ORIGIN = 'phantom'
"""``level_origin`` of a phantom: its levels are known, not assumed."""

_FIRST_THORACIC = anatomy.LEVELS.index('T12')


@dataclass(frozen=True)
class Truth:
    """All that is known about one phantom.

    Attributes:
        seed: Seed of the set.
        index: Number of the film in the set.
        source: ``'buu'`` (whole lumbar spine) or ``'honduran'`` (zoomed).
        family: Which of the statistics' families the geometry follows.
        corners: ``(N, 4, 2)`` px in the order of ``anatomy.CORNERS``, lowest vertebra
            first.
        levels: Level of each vertebra, known here.
        facing: Image side that is anterior.
        slip_percent: ``(N - 1,)`` slip of vertebra ``i + 1`` on ``i``, from the corners
            in px as they are on the (stretched) film.
        slip_percent_mm: The same with the film's stretch taken out.
        original_size: ``(width, height)`` px before the export to a square.
        pixel_spacing_mm: ``(x, y)`` mm per px of the film, ``None`` unless asked for.
        sex: ``'M'`` or ``'F'``.
        age: Years.
        fractures: Kind of each vertebra's fracture, ``None`` of whole ones; see
            :mod:`.fractures`.
    """

    seed: int
    index: int
    source: Source
    family: str
    corners: FloatArray
    levels: tuple[str | None, ...]
    facing: Facing
    slip_percent: FloatArray
    slip_percent_mm: FloatArray
    original_size: tuple[int, int]
    pixel_spacing_mm: tuple[float, float] | None
    sex: str
    age: int
    fractures: tuple[Kind | None, ...]


@dataclass(frozen=True)
class Phantom:
    """A synthetic film.

    Attributes:
        image: ``(640, 640)`` grey values.
        truth: See :class:`Truth`.
    """

    image: GreyImage
    truth: Truth


@dataclass(frozen=True)
class _Spine:
    """What a film's bones are drawn from."""

    patient: Patient
    fractures: Fractures | None
    geometry: Geometry


def make_truth(
    seed: int, index: int, *, with_spacing: bool = False, all_levels: bool = False
) -> Truth:
    """What :func:`make_phantom` tells of film ``index`` without its picture."""
    return _draw(seed, index, with_spacing, all_levels)[0]


def make_phantom(
    seed: int,
    index: int,
    *,
    with_spacing: bool = False,
    all_levels: bool = False,
    traits: Collection[str] = (),
    trait_share: float = 1.0,
) -> Phantom:
    """Make one film; it depends on ``seed`` and ``index`` alone.

    Args:
        seed: Seed of the set, not negative.
        index: Number of the film, not negative.
        with_spacing: Tell the pixel spacing, as real exports do not.
        all_levels: Label every vertebra that lies wholly on the film, not as few as
            readers do.
        traits: Of real films that are to be drawn too, see :mod:`.traits`; the same
            film otherwise, as far as a broken spine can be.
        trait_share: Probability of each of the traits, film by film.
    """
    traits = choose_traits(traits, trait_share, stream(seed, index, CHOICE))
    truth, spine = _draw(seed, index, with_spacing, all_levels, 'fractures' in traits)
    canvas = Canvas(SIZE)
    _draw_anatomy(canvas, spine, seed, index, traits)
    rng = stream(seed, index, EXPOSURE)
    image = degrade.expose(canvas.image, rng)
    image = degrade.collimate(degrade.add_noise(image, rng), rng)
    if truth.facing == 'right':
        image = np.ascontiguousarray(image[:, ::-1])
    image = add_markers(image, truth.corners, rng)
    return Phantom(degrade.jpeg(image, rng), truth)


def _draw(
    seed: int, index: int, with_spacing: bool, all_levels: bool, broken: bool = False
) -> tuple[Truth, _Spine]:
    if seed < 0 or index < 0:
        raise ValueError('seed and index must not be negative')
    rng = stream(seed, index, GEOMETRY)
    patient = draw_patient(seed, index, rng)
    fractures = draw_fractures(BODIES, stream(seed, index, BREAK)) if broken else None
    geometry = draw_geometry(patient, rng, fractures)
    corners = label_all(geometry) if all_levels else geometry.corners
    if patient.facing == 'right':
        corners = anatomy.mirror(corners, SIZE)
    truth = Truth(
        seed=seed,
        index=index,
        source=patient.source,
        family=patient.family,
        corners=corners,
        levels=tuple(anatomy.levels_upward(len(corners))),
        facing=patient.facing,
        slip_percent=measurements.slip_percent(corners, patient.facing),
        slip_percent_mm=measurements.slip_percent(
            corners, patient.facing, geometry.pixel_spacing_mm
        ),
        original_size=geometry.original_size,
        pixel_spacing_mm=geometry.pixel_spacing_mm if with_spacing else None,
        sex=patient.sex,
        age=patient.age,
        fractures=(None,) * len(corners)
        if fractures is None
        else fractures.kinds[: len(corners)],
    )
    return truth, _Spine(patient, fractures, geometry)


def _draw_anatomy(
    canvas: Canvas,
    spine: _Spine,
    seed: int,
    index: int,
    traits: Collection[str],
) -> None:
    """Add everything between tube and detector, film facing left."""
    geometry, fractures = spine.geometry, spine.fractures
    tissue = stream(seed, index, SOFT_TISSUE)
    depth = soft_tissue.draw_body_envelope(canvas, geometry, tissue)
    soft_tissue.draw_chest(canvas, geometry, tissue)
    rng = stream(seed, index, ANATOMY)
    look = replace(draw_look(rng, spine.patient.age), fractures=fractures)
    extra = stream(seed, index, TRAIT)
    if traits:
        look = change_look(look, traits, extra)
    draw_pelvis(canvas, geometry, look, rng, rng.uniform(0.7, 1.3))
    draw_sacrum(canvas, geometry, look, rng, rng.uniform(0.8, 1.3))
    stretch = float(geometry.scale[0] / geometry.scale[1])
    for order, quad in enumerate(geometry.bodies):
        left = 1.0 if fractures is None else float(fractures.left[order].mean())
        frame = posterior.Frame(quad, stretch, left)
        if order >= _FIRST_THORACIC:
            posterior.draw_rib(canvas, frame, look, rng)
        posterior.draw_posterior(canvas, frame, look, rng, sacral=order == 0)
        draw_body(canvas, quad, look.at(order), rng, sacral=order == 0)
    if 'sacrum' in traits:
        hide_sacrum(canvas, geometry, look, extra)
    if 'mottle' in traits:
        mottle(canvas, extra)
    added = stream(seed, index, ADDED)
    if 'aorta' in traits:
        calcify_aorta(canvas, geometry, look, added)
    if 'metal' in traits:
        draw_metal(canvas, geometry, added)
    soft_tissue.draw_gas(canvas, geometry, depth, tissue)
    soft_tissue.veil(canvas, tissue)
