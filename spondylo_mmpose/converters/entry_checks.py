"""What is wrong with single entries of a label file, or with two of them together."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.converters import encodings
from spondylo_mmpose.converters.labels import RawVertebra
from spondylo_mmpose.spine import anatomy
from spondylo_mmpose.spine.anatomy import FloatArray
from spondylo_mmpose.spine.boxes import box_ious

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

UPRIGHT = 0.02
"""Corners as near to those of their hull box, px, are a box drawn, no body."""

BOX_IOU = 0.25
"""Hull IoU with the file's own box below which that box is of something else."""

SAME = 'vertebra_duplicated'

_BOX_CORNERS = [0, 1, 2, 1, 0, 3, 2, 3]  # x, y of each corner in x1, y1, x2, y2


def complete(vertebrae: Sequence[RawVertebra]) -> list[RawVertebra]:
    """Vertebrae without fault and with all four corners."""
    return [
        v
        for v in vertebrae
        if v.fault is None and v.corners is not None and np.isfinite(v.corners).all()
    ]


def stack(vertebrae: Sequence[RawVertebra]) -> FloatArray:
    """Corners of vertebrae, ``(N, 4, 2)`` px."""
    return np.array([v.corners for v in vertebrae], dtype=float).reshape(-1, 4, 2)


def check_alone(vertebrae: Sequence[RawVertebra], size: FloatArray, note: Note) -> None:
    """Faults that a vertebra shows by itself.

    Args:
        vertebrae: Entries of the file; faulty ones get their fault.
        size: Width and height of the image, px.
        note: Told of each fault.
    """
    for vertebra in vertebrae:
        if vertebra.label != 0:
            note('class_unexpected', vertebra=vertebra.index)
        if vertebra.fault is not None:
            note(vertebra.fault, vertebra=vertebra.index, **vertebra.detail)
    placed = [v for v in vertebrae if v.corners is not None]
    corners = stack(placed)
    tolerance = CLAMP * np.maximum(size / EXPORT_SIZE, 1.0)
    outside = np.maximum(-corners, corners - size)
    far = (outside > tolerance).any((1, 2))
    clamped = np.clip(corners, 0, size)
    coincide = _smallest_distance(corners) < tolerance.min()
    agree = _agree_with_boxes(clamped, placed)
    for i, vertebra in enumerate(placed):
        index = vertebra.index
        if far[i]:
            vertebra.fault = 'corner_outside'
            px = round(float(np.nanmax(outside[i])), 2)
            note('corner_outside', vertebra=index, px=px)
            continue
        for corner in np.flatnonzero((outside[i] > 0).any(axis=1)):
            note('corner_clamped', vertebra=index, corner=int(corner))
        vertebra.corners = clamped[i]
        if not vertebra.partial:
            for corner in np.flatnonzero(np.isnan(corners[i]).any(axis=1)):
                note('corner_unlabelled', vertebra=index, corner=int(corner))
        if coincide[i]:
            vertebra.fault = 'corners_coincide'
            note('corners_coincide', vertebra=index)
        if not agree[i]:
            note('box_disagrees', vertebra=index)


def _smallest_distance(corners: FloatArray) -> FloatArray:
    """Distance of the two nearest labelled corners of each quad, ``(N,)`` px."""
    steps = corners[:, :, None] - corners[:, None]
    distances = np.hypot(steps[..., 0], steps[..., 1])
    distances[:, np.arange(4), np.arange(4)] = np.nan
    return np.fmin.reduce(distances, axis=(1, 2))


def _agree_with_boxes(
    corners: FloatArray, vertebrae: Sequence[RawVertebra]
) -> NDArray[np.bool_]:
    """Whether the file's own boxes are around the corners, where both are whole."""
    agree = np.ones(len(corners), dtype=bool)
    known = [
        i
        for i, vertebra in enumerate(vertebrae)
        if vertebra.box is not None and np.isfinite(corners[i]).all()
    ]
    if known:
        hulls = anatomy.hull_boxes(corners[known])
        boxes = np.array([vertebrae[i].box for i in known])
        agree[known] = box_ious(hulls, boxes) >= BOX_IOU
    return agree


def drop_misfits(vertebrae: list[RawVertebra], size: FloatArray, note: Note) -> None:
    """Entries far too small for a vertebra, or far too large."""
    whole = complete(vertebrae)
    if not whole:
        return
    boxes = anatomy.hull_boxes(stack(whole))
    extent = boxes[:, 2:] - boxes[:, :2]
    area = extent.prod(axis=1)
    usual = float(np.median(area))
    # The shorter side tells the scale: films of a whole spine are long and narrow.
    limit = np.array(STRAY) * size.min() / EXPORT_SIZE
    stray = (extent < limit).any(axis=1) | (area < STRAY_SHARE * usual)
    for i in np.flatnonzero(stray):
        whole[i].fault = 'stray_box'
        note(
            'stray_box',
            vertebra=whole[i].index,
            size=[round(float(e), 2) for e in extent[i]],
        )
    for vertebra in vertebrae:
        quad = vertebra.corners
        if quad is None or not np.isfinite(quad).all():
            continue
        sides = np.ptp(quad, axis=0)
        if sides.prod() <= OVERSIZE * usual:
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


def drop_duplicates(vertebrae: list[RawVertebra], note: Note) -> None:
    """Entries that are a vertebra already listed."""
    whole = complete(vertebrae)
    boxes = anatomy.hull_boxes(stack(whole))
    same = box_ious(boxes[:, None], boxes[None]) >= SAME_IOU
    for i, j in np.argwhere(np.tril(same, -1)).tolist():
        if whole[i].fault is None and whole[j].fault is None:
            whole[i].fault = SAME
            note(SAME, vertebra=whole[i].index, same_as=whole[j].index)


def check_overlaps(vertebrae: list[RawVertebra], encoding: str, note: Note) -> None:
    """Bodies in one place; which of two that overlap is right can't be known.

    Quads that are upright boxes around tilted bodies do overlap, and are passed over.
    """
    sound = [v for v in vertebrae if v.fault is None]
    quads = anatomy.completed_quads(encodings.decode(stack(sound), encoding))
    boxes = anatomy.hull_boxes(quads)
    low, high = boxes[:, :2], boxes[:, 2:]
    near = (low[:, None] < high).all(2) & (low < high[:, None]).all(2)
    upright = np.abs(quads - boxes[:, _BOX_CORNERS].reshape(-1, 4, 2)).max((1, 2))
    near &= (upright > UPRIGHT)[:, None] | (upright > UPRIGHT)
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
