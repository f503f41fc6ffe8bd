"""Turn the raw vertebrae of one film into a clean, sorted spine; every loss is told."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from spondylo_mmpose.converters import encodings, numbering, quad_shapes, turning
from spondylo_mmpose.converters.entry_checks import (
    Note,
    check_alone,
    check_overlaps,
    complete,
    drop_duplicates,
    drop_misfits,
    stack,
)
from spondylo_mmpose.converters.labels import RawLabels, RawVertebra
from spondylo_mmpose.spine import anatomy
from spondylo_mmpose.spine.anatomy import FloatArray


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
    check_alone(raw.vertebrae, size, note)
    drop_misfits(raw.vertebrae, size, note)
    drop_duplicates(raw.vertebrae, note)
    drawn = None
    if raw.free_start:
        drawn = _turn(raw.vertebrae, note)
        raw = replace(raw, usual=_OURS, candidates=(_OURS,))
    vote = _decide(raw, note)
    if vote is None:
        return None
    check_overlaps(raw.vertebrae, vote, note)

    real = [v for v in raw.vertebrae if v.fault not in numbering.NO_VERTEBRA]
    placed = [v for v in real if v.corners is not None or v.box is not None]
    places = np.array([_place(v, size) for v in placed]).reshape(-1, 4, 2)
    upward = [placed[i] for i in anatomy.order_upward(places)]
    names = numbering.number_upward(upward, raw, note)
    kept = [i for i, vertebra in enumerate(upward) if vertebra.fault is None]
    if not kept:
        note('vertebrae_all_faulty')
        return None
    corners = encodings.decode(stack([upward[i] for i in kept]), vote)
    order = anatomy.order_upward(corners)
    if (order != np.arange(len(kept))).any():
        # Sorted otherwise without the faulty ones: what the places are worth is open.
        note('levels_disagree')
        kept = [kept[i] for i in order]
        names = numbering.unnamed(len(upward), raw)
    return CleanSpine(
        corners=corners[order],
        orders=sorted(names.orders[i] for i in kept),
        levels=[names.levels[i] for i in kept],
        level_origin=names.level_origin,
        encoding=drawn or vote,
        extra=[upward[i].extra for i in kept],
    )


_OURS = 'TL-TR-BL-BR'


def _turn(vertebrae: list[RawVertebra], note: Note) -> str | None:
    """Name the corners of polygons; the order that most of them were drawn in."""
    whole = complete(vertebrae)
    named = np.array([v.named for v in whole], dtype=bool)
    if named.all():
        return None
    corners = stack(whole)
    # A wrong name in the file must not turn the neighbours.
    fits = encodings.fitting(corners, encodings.upward_tangents(corners))
    turned = turning.name_corners(corners, named & fits)
    for i in np.flatnonzero(~named):
        vertebra = whole[i]
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
    whole = complete(raw.vertebrae)
    corners = stack(whole)
    tangents = encodings.upward_tangents(corners)
    vote = encodings.vote(corners, raw.usual, raw.candidates, tangents)
    if vote.encoding is None:
        note('encoding_undecided', supports=vote.supports)
        return None
    if vote.encoding != raw.usual:
        note('encoding_unusual', encoding=vote.encoding, supports=vote.supports)
    quads = encodings.decode(corners, vote.encoding)
    bow_ties = anatomy.is_bow_tie(quads)
    fits = encodings.fitting(quads, tangents)
    for i in np.flatnonzero(~fits):
        kind = 'bow_tie' if bow_ties[i] else 'order_disagrees'
        whole[i].fault = kind
        note(kind, vertebra=whole[i].index)
    for i in np.flatnonzero(fits & quad_shapes.overlong(quads)):
        whole[i].fault = 'side_overlong'
        note('side_overlong', vertebra=whole[i].index)
    for i in np.flatnonzero(fits & quad_shapes.concave(quads)):
        note('quad_concave', vertebra=whole[i].index)
    _check_partial(raw.vertebrae, vote.encoding, note)
    return vote.encoding


def _check_partial(vertebrae: list[RawVertebra], encoding: str, note: Note) -> None:
    """End plates alone, as some formats label S1, that run from right to left."""
    for vertebra in vertebrae:
        if not vertebra.partial or vertebra.fault is not None or complete([vertebra]):
            # All four corners have voted; the lower plate of a steep sacrum may run
            # from right to left.
            continue
        quad = encodings.decode(stack([vertebra]), encoding)[0]
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
