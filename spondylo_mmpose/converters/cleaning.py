"""Turn the raw vertebrae of one film into a clean, sorted spine; every loss is told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np

from spondylo_mmpose.converters import encodings, numbering, quad_shapes, turning
from spondylo_mmpose.converters.labels import RawLabels, RawVertebra
from spondylo_mmpose.spine import anatomy
from spondylo_mmpose.spine.anatomy import FloatArray

Note = Callable[..., None]
"""Called as ``note(kind, vertebra=..., ...)`` for each fault."""

EXPORT_SIZE = 640  # px; the limits below hold at this size and grow with the film

CLAMP = 1.0
"""A corner this far outside is an effect of rounding: moved onto the border, px."""

STRAY = (20.0, 12.0)
"""Width and height below which a hull box is no vertebra, px."""

STRAY_SHARE = 0.05
"""Hull area below this share of the film's median is no vertebra."""

OVERSIZE = 10.0
"""Hull area above this multiple of the film's median is no vertebra."""

SAME_IOU = 0.7
"""Hull IoU from which two entries of a file are the same vertebra."""

OVERLAP = (0.02, 0.25)
"""Share of the smaller of two bodies that lies in the other: what labels that touch
reach, and what can't be true of both."""

BOX_IOU = 0.25
"""Hull IoU with the file's own box below which that box is of something else."""


@dataclass(frozen=True)
class CleanSpine:
    """The usable vertebrae of a film, upward.

    Attributes:
        corners: ``(N, 4, 2)`` px, NaN where not labelled.
        orders: Place counted from the lowest vertebra of the file. A vertebra that
            was left out but whose place is known leaves a gap, so that neighbours by
            order are neighbours in the body.
        levels: Level of each, counted likewise or as the file names it.
        level_origin: Where the levels come from.
        encoding: Order of the corners in the file.
        extra: Further fields of each annotation.
    """

    corners: FloatArray
    orders: list[int]
    levels: list[str | None]
    level_origin: str
    encoding: str
    extra: list[Mapping[str, Any]]


def clean(raw: RawLabels, width: int, height: int, note: Note) -> CleanSpine | None:
    """Check, decode and sort the vertebrae of one film.

    A corner up to 1 px outside (at 640 px) is moved onto the border. One further out
    costs the vertebra: moving it would invent an end plate, and a wrong corner teaches
    a model worse than a missing one.

    Args:
        raw: The label file, px of the image.
        width: Image width, px.
        height: Image height, px.
        note: Told of each fault.

    Returns:
        The spine, or ``None`` if nothing usable is left (which is noted).
    """
    if not raw.vertebrae:
        note('labels_empty')
        return None
    for kind in raw.notes:
        note(kind)
    size = np.array([width, height], dtype=float)
    for vertebra in raw.vertebrae:
        _check_alone(vertebra, size, note)
    _drop_misfits(raw.vertebrae, size, note)
    _drop_duplicates(raw.vertebrae, note)
    drawn = None
    if raw.free_start:
        drawn = _turn(raw.vertebrae, note)
        raw = replace(raw, usual=_OURS, candidates=(_OURS,))
    vote = _decide(raw, note)
    if vote is None:
        return None
    _check_overlaps(raw.vertebrae, vote, note)

    real = [v for v in raw.vertebrae if v.fault not in numbering.NO_VERTEBRA]
    placed = [v for v in real if v.corners is not None or v.box is not None]
    places = np.array([_place(v, size) for v in placed]).reshape(-1, 4, 2)
    upward = [placed[i] for i in anatomy.order_upward(places)]
    names = numbering.number_upward(upward, raw, note)
    kept = [i for i, vertebra in enumerate(upward) if vertebra.fault is None]
    if not kept:
        note('vertebrae_all_faulty')
        return None
    corners = encodings.decode(_stack([upward[i] for i in kept]), vote)
    if (anatomy.order_upward(corners) != np.arange(len(kept))).any():
        # Sorted otherwise without the faulty ones: what the places are worth is open.
        note('levels_disagree')
        kept = [kept[i] for i in anatomy.order_upward(corners)]
        names = numbering.unnamed(len(upward), raw)
    return CleanSpine(
        corners=encodings.decode(_stack([upward[i] for i in kept]), vote),
        orders=sorted(names.orders[i] for i in kept),
        levels=[names.levels[i] for i in kept],
        level_origin=names.level_origin,
        encoding=drawn or vote,
        extra=[upward[i].extra for i in kept],
    )


_SAME = 'vertebra_duplicated'
_OURS = 'TL-TR-BL-BR'


def _check_alone(vertebra: RawVertebra, size: FloatArray, note: Note) -> None:
    """Faults that one vertebra shows by itself."""
    index = vertebra.index
    if vertebra.label != 0:
        note('class_unexpected', vertebra=index)
    if vertebra.fault is not None:
        note(vertebra.fault, vertebra=index, **vertebra.detail)
    if vertebra.corners is None:
        return
    corners = vertebra.corners
    tolerance = CLAMP * np.maximum(size / EXPORT_SIZE, 1.0)
    outside = np.maximum(-corners, corners - size)
    if (outside > tolerance).any():
        vertebra.fault = 'corner_outside'
        note('corner_outside', vertebra=index, px=round(float(np.nanmax(outside)), 2))
        return
    for corner in np.flatnonzero((outside > 0).any(axis=1)):
        note('corner_clamped', vertebra=index, corner=int(corner))
    vertebra.corners = np.clip(corners, 0, size)
    if not vertebra.partial:
        for corner in np.flatnonzero(np.isnan(corners).any(axis=1)):
            note('corner_unlabelled', vertebra=index, corner=int(corner))
    apart = np.linalg.norm(corners[:, None] - corners, axis=2) + 1e9 * np.eye(4)
    if np.nanmin(apart) < tolerance.min():
        vertebra.fault = 'corners_coincide'
        note('corners_coincide', vertebra=index)
    if vertebra.box is not None and np.isfinite(corners).all():
        hull = anatomy.hull_boxes(vertebra.corners)
        if _iou(hull, vertebra.box[None])[0] < BOX_IOU:
            note('box_disagrees', vertebra=index)


def _complete(vertebrae: list[RawVertebra]) -> list[RawVertebra]:
    """Vertebrae without fault and with all four corners."""
    return [
        v
        for v in vertebrae
        if v.fault is None and v.corners is not None and np.isfinite(v.corners).all()
    ]


def _stack(vertebrae: list[RawVertebra]) -> FloatArray:
    return np.array([v.corners for v in vertebrae], dtype=float).reshape(-1, 4, 2)


def _drop_misfits(vertebrae: list[RawVertebra], size: FloatArray, note: Note) -> None:
    """Entries far too small for a vertebra, or far too large."""
    complete = _complete(vertebrae)
    if not complete:
        return
    boxes = anatomy.hull_boxes(_stack(complete))
    extent = boxes[:, 2:] - boxes[:, :2]
    area = extent.prod(axis=1)
    # The shorter side tells the scale: films of a whole spine are long and narrow.
    limit = np.array(STRAY) * size.min() / EXPORT_SIZE
    stray = (extent < limit).any(axis=1) | (area < STRAY_SHARE * np.median(area))
    for i in np.flatnonzero(stray):
        complete[i].fault = 'stray_box'
        note(
            'stray_box',
            vertebra=complete[i].index,
            size=[round(float(e), 2) for e in extent[i]],
        )
    for vertebra in vertebrae:
        quad = vertebra.corners
        if quad is None or not np.isfinite(quad).all():
            continue
        sides = np.ptp(quad, axis=0)
        if sides.prod() <= OVERSIZE * np.median(area):
            continue
        if vertebra.fault is None:
            vertebra.fault = 'vertebra_oversized'
            note(
                'vertebra_oversized',
                vertebra=vertebra.index,
                size=[round(float(e), 2) for e in sides],
            )
        # Where its centre lies says nothing of where it stands.
        vertebra.corners = None


def _drop_duplicates(vertebrae: list[RawVertebra], note: Note) -> None:
    complete = _complete(vertebrae)
    boxes = anatomy.hull_boxes(_stack(complete))
    for i, vertebra in enumerate(complete):
        for j in range(i):
            if complete[j].fault is not None:
                continue
            if _iou(boxes[i : i + 1], boxes[j : j + 1])[0] >= SAME_IOU:
                vertebra.fault = _SAME
                note(_SAME, vertebra=vertebra.index, same_as=complete[j].index)
                break


def _turn(vertebrae: list[RawVertebra], note: Note) -> str | None:
    """Name the corners of polygons; the order that most of them were drawn in."""
    complete = _complete(vertebrae)
    named = np.array([v.named for v in complete], dtype=bool)
    if named.all():
        return None
    corners = _stack(complete)
    # A wrong name in the file must not turn the neighbours.
    fits = encodings.fitting(corners, encodings.upward_tangents(corners))
    turned = turning.name_corners(corners, named & fits)
    for i in np.flatnonzero(~named):
        vertebra = complete[i]
        if not turned.clear[i]:
            vertebra.fault = 'start_unclear'
            note('start_unclear', vertebra=vertebra.index)
        elif turned.orders[i] != turned.usual:
            order = turning.order_name(turned.orders[i])
            note('corner_order_turned', vertebra=vertebra.index, order=order)
        vertebra.corners = turned.corners[i]
    return turning.order_name(turned.usual)


def _decide(raw: RawLabels, note: Note) -> str | None:
    """The file's encoding; vertebrae that do not fit it get their fault."""
    complete = _complete(raw.vertebrae)
    corners = _stack(complete)
    vote = encodings.vote(corners, raw.usual, raw.candidates)
    if vote.encoding is None:
        note('encoding_undecided', supports=vote.supports)
        return None
    if vote.encoding != raw.usual:
        note('encoding_unusual', encoding=vote.encoding, supports=vote.supports)
    quads = encodings.decode(corners, vote.encoding)
    bow_ties = anatomy.is_bow_tie(quads)
    fits = encodings.fitting(quads, encodings.upward_tangents(corners))
    for i in np.flatnonzero(~fits):
        kind = 'bow_tie' if bow_ties[i] else 'order_disagrees'
        complete[i].fault = kind
        note(kind, vertebra=complete[i].index)
    for i in np.flatnonzero(fits & quad_shapes.overlong(quads)):
        complete[i].fault = 'side_overlong'
        note('side_overlong', vertebra=complete[i].index)
    for i in np.flatnonzero(fits & quad_shapes.concave(quads)):
        note('quad_concave', vertebra=complete[i].index)
    _check_partial(raw.vertebrae, vote.encoding, note)
    return vote.encoding


def _check_overlaps(vertebrae: list[RawVertebra], encoding: str, note: Note) -> None:
    """Bodies in one place; which of two that overlap is right can't be known."""
    sound = [v for v in vertebrae if v.fault is None]
    quads = anatomy.completed_quads(encodings.decode(_stack(sound), encoding))
    boxes = anatomy.hull_boxes(quads)
    low, high = boxes[:, :2], boxes[:, 2:]
    near = (low[:, None] < high).all(2) & (low < high[:, None]).all(2)
    faulty: dict[int, list[int]] = {}
    for i, j in np.argwhere(np.triu(near, 1)).tolist():
        share = _shared(quads[i], quads[j])
        if share > OVERLAP[1]:
            faulty.setdefault(i, []).append(sound[j].index)
            faulty.setdefault(j, []).append(sound[i].index)
        elif share > OVERLAP[0]:
            pair = sorted([sound[i].index, sound[j].index])
            note('vertebrae_touch', vertebra=pair[0], other=pair[1], share=share)
    for i, others in faulty.items():
        sound[i].fault = 'vertebrae_overlap'
        note('vertebrae_overlap', vertebra=sound[i].index, others=sorted(others))


def _shared(a: FloatArray, b: FloatArray) -> float:
    """Share of the smaller of two bodies that lies in the other."""
    one, other = (cv2.convexHull(q.astype(np.float32)) for q in (a, b))
    smaller = max(min(cv2.contourArea(one), cv2.contourArea(other)), 1e-9)
    return round(float(cv2.intersectConvexConvex(one, other)[0]) / smaller, 2)


def _check_partial(vertebrae: list[RawVertebra], encoding: str, note: Note) -> None:
    """End plates alone, as some formats label S1, that run from right to left."""
    for vertebra in vertebrae:
        if not vertebra.partial or vertebra.fault is not None:
            continue
        quad = encodings.decode(_stack([vertebra]), encoding)[0]
        plates = quad[[1, 3], 0] - quad[[0, 2], 0]
        if (plates < 0).any():
            vertebra.fault = 'order_disagrees'
            note('order_disagrees', vertebra=vertebra.index)


def _place(vertebra: RawVertebra, size: FloatArray) -> FloatArray:
    """Where the vertebra stands: its corners, or the file's box if they are faulty."""
    corners, box = vertebra.corners, vertebra.box
    if corners is None or (vertebra.fault is not None and box is not None):
        assert box is not None
        x1, y1, x2, y2 = box
        corners = np.array([[x1, y1], [x2, y1], [x1, y2], [x2, y2]])
    return np.clip(corners, 0, size)


def _iou(a: FloatArray, b: FloatArray) -> FloatArray:
    """IoU of boxes row by row, ``(N,)``."""
    overlap = np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2])
    shared = np.clip(overlap, 0, None).prod(axis=1)
    areas = (a[:, 2:] - a[:, :2]).prod(axis=1) + (b[:, 2:] - b[:, :2]).prod(axis=1)
    return shared / np.maximum(areas - shared, 1e-9)
