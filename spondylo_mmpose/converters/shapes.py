"""Vertebrae out of the polygons and points that people draw in labelling tools."""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from spondylo_mmpose.converters.corner_names import ParsedName, parse_label
from spondylo_mmpose.converters.encodings import ENCODINGS
from spondylo_mmpose.converters.labels import (
    LEVEL_FROM_FILE,
    RawLabels,
    RawVertebra,
    make_vertebra,
)
from spondylo_mmpose.spine import anatomy

Point = Sequence[float] | None
_USUAL = 'TL-TR-BR-BL'
_LEFT_RIGHT = ('left', 'right')

Kind = Literal['polygon', 'points', 'other']


@dataclass
class Shape:
    """One thing drawn on a film.

    Attributes:
        kind: ``'polygon'``; ``'points'``, one or several; ``'other'`` for what can't be
            a vertebra.
        points: Its points ``x, y`` in px, ``None`` for one that is malformed.
        label: What it is called.
        texts: Further texts about it; the first that names a level or corner counts.
        kin: Texts about what belongs to it, which may name its level.
        group: Points of one vertebra share it.
        tool: What the tool calls its kind, for reports.
        order: Place of the vertebra counted from the lowest, if the file tells.
        level_origin: Where its level comes from, if the file tells.
        extra: Further fields for the annotation.
        named: Whether a polygon is known to begin at the superior left corner and to go
            clockwise, as in files that this package wrote.
    """

    kind: Kind
    points: list[Point]
    label: str = ''
    texts: Sequence[str] = ()
    kin: Sequence[str] = ()
    group: Hashable = None
    tool: str = ''
    order: int | None = None
    level_origin: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    named: bool = False
    name: ParsedName = field(init=False)

    def __post_init__(self) -> None:
        self.name = parse_label(self.label)

    @property
    def level(self) -> str | None:
        """Level by its label, else by the first text that names one."""
        names = (self.name, *map(parse_label, (*self.texts, *self.kin)))
        return next((name.level for name in names if name.level), None)

    @property
    def corner(self) -> tuple[str, str] | None:
        """End plate and side by its own texts."""
        names = (self.name, *map(parse_label, self.texts))
        return next((name.corner for name in names if name.corner), None)


def labels_of_shapes(shapes: Sequence[Shape], note: Callable[..., None]) -> RawLabels:
    """Make vertebrae of shapes.

    A polygon of four points is a vertebra, and so are four points in one go, or points
    that share a group or a level. Their corners are named by the file, or later by
    where they lie (:mod:`.turning`).

    Args:
        shapes: In file order.
        note: Told of shapes that are no vertebrae.
    """
    bundles: list[list[Shape]] = []
    loose: dict[Hashable, list[Shape]] = {}
    for shape in shapes:
        if shape.kind == 'other' or not shape.name.vertebra:
            note('shape_unused', label=shape.label, shape=shape.tool or shape.kind)
        elif shape.kind == 'polygon' or len(shape.points) != 1:
            bundles.append([shape])
        else:
            key = ('level', shape.level) if shape.group is None else shape.group
            if key not in loose:
                loose[key] = []
                bundles.append(loose[key])
            loose[key].append(shape)
    vertebrae: list[RawVertebra] = []
    anatomic: list[tuple[RawVertebra, dict[tuple[str, str], Point]]] = []
    for bundle in bundles:
        index = len(vertebrae)
        first = bundle[0]
        if first.kind == 'polygon' or len(first.points) != 1:
            vertebra = _drawn(index, first)
        else:
            stray = first.group is None and first.level is None
            vertebra, corners = _of_points(index, bundle)
            if stray and vertebra.fault is not None:
                note('shape_unused', label=first.label, shape='points of no group')
                continue
            if corners:
                anatomic.append((vertebra, corners))
        levels = {shape.level for shape in bundle} - {None}
        vertebra.level = first.level if len(levels) < 2 else None
        vertebra.order = first.order
        vertebra.extra = first.extra
        if not first.name.plain:
            vertebra.extra = {'label': first.label, **first.extra}
        vertebrae.append(vertebra)
    _face(anatomic)
    labels = RawLabels(vertebrae, _USUAL, listed='any', free_start=True)
    if any(v.level is not None or v.order is not None for v in vertebrae):
        labels.lowest = None
        origins = (shape.level_origin for shape in shapes)
        labels.level_origin = next((o for o in origins if o), LEVEL_FROM_FILE)
    return labels


def _drawn(index: int, shape: Shape) -> RawVertebra:
    """A polygon, or several points in one go."""
    points = shape.points
    if len(points) == 5 and points[0] is not None and points[0] == points[-1]:
        points = points[:-1]
    named = shape.named and len(points) == 4
    if named:
        points = [points[i] for i in ENCODINGS[_USUAL]]
    vertebra = make_vertebra(index, points)
    vertebra.named = named
    if vertebra.fault is not None:
        vertebra.detail = {'label': shape.label, 'points': len(points)}
        vertebra.box = _box(points)
    return vertebra


def _of_points(
    index: int, bundle: Sequence[Shape]
) -> tuple[RawVertebra, dict[tuple[str, str], Point]]:
    """Single points; and by name those whose sides need the facing."""
    points = [shape.points[0] for shape in bundle]
    names = [shape.corner for shape in bundle]
    if len(bundle) == 4 and names == [None] * 4:
        vertebra = make_vertebra(index, points)
        _explain(vertebra, bundle)
        return vertebra, {}
    corners = {n: p for n, p in zip(names, points, strict=True) if n is not None}
    sides = {side in _LEFT_RIGHT for _, side in corners}
    levels = {shape.level for shape in bundle} - {None}
    if len(corners) < len(bundle) or len(sides) != 1 or len(levels) > 1:
        vertebra = RawVertebra(index, None, _box(points), 'corner_name_unclear')
        _explain(vertebra, bundle)
        return vertebra, {}
    vertebra = _named(index, corners, _LEFT_RIGHT if sides == {True} else _FACING_LEFT)
    _explain(vertebra, bundle)
    return vertebra, {} if sides == {True} or vertebra.fault else corners


_FACING_LEFT = ('anterior', 'posterior')


def _named(
    index: int, corners: Mapping[tuple[str, str], Point], sides: tuple[str, str]
) -> RawVertebra:
    """A vertebra of named corners; ``sides`` are those at image left and right."""
    rows: list[Point] = [
        corners.get((plate, side), (0.0, 0.0, 0.0))
        for plate in ('superior', 'inferior')
        for side in sides
    ]
    vertebra = make_vertebra(index, rows)
    vertebra.named = True
    # An end plate alone is labelled on purpose, other corners alone may be a slip.
    vertebra.partial = len({plate for plate, _ in corners}) == 1
    return vertebra


def _explain(vertebra: RawVertebra, bundle: Sequence[Shape]) -> None:
    if vertebra.fault is not None:
        vertebra.detail = {'labels': [shape.label for shape in bundle]}
        vertebra.box = _box([shape.points[0] for shape in bundle])


def _face(
    anatomic: Sequence[tuple[RawVertebra, dict[tuple[str, str], Point]]],
) -> None:
    """Put corners that are named anterior and posterior where they are in the image.

    Of a whole vertebra, going from superior anterior to superior posterior to inferior
    turns one way round where the patient faces left and the other way where right.
    """
    votes: Counter[bool] = Counter()
    for vertebra, _ in anatomic:
        quad = vertebra.corners
        assert quad is not None
        if np.isfinite(quad).all():
            votes[bool(anatomy.signed_areas(quad)[0] > 0)] += 1
    if not votes:
        for vertebra, _ in anatomic:
            assert vertebra.corners is not None
            for a, b in vertebra.corners.reshape(2, 2, 2):
                if np.isfinite([a, b]).all():
                    votes[bool(a[0] < b[0])] += 1
    facing_left = votes[True] > votes[False]
    for vertebra, corners in anatomic:
        if votes[True] == votes[False]:
            vertebra.corners, vertebra.fault = None, 'facing_unknown'
        elif not facing_left:
            turned = _named(vertebra.index, corners, _FACING_LEFT[::-1])
            vertebra.corners = turned.corners


def _box(points: Sequence[Point]) -> Any:
    """Hull of the points, ``None`` where they span no area."""
    known = [p[:2] for p in points if p is not None and len(p) >= 2]
    array = np.array(known, dtype=float).reshape(-1, 2)
    array = array[np.isfinite(array).all(1)]
    if len(array) < 2:
        return None
    low, high = array.min(0), array.max(0)
    return np.concatenate([low, high]) if (high > low).all() else None
