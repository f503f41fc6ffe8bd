"""What the four corners are, their order, and how vertebrae stand along the spine.

Everything here is in image coordinates: x to the right, y downward, px. A *quad* is a
``(4, 2)`` array in the order of :data:`CORNERS`; a *spine* is ``(N, 4, 2)``.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Facing = Literal['left', 'right']
FloatArray = NDArray[np.float64]

CORNERS = ('superior_left', 'superior_right', 'inferior_left', 'inferior_right')
"""Corner names in the order used everywhere; left and right as seen in the image."""

FLIP_PAIRS = ((0, 1), (2, 3))
"""Corners that change places when the film is mirrored."""

SIDES_SWAPPED = [1, 0, 3, 2]
"""Corners with left and right exchanged, as :data:`FLIP_PAIRS` says."""

SKELETON = ((0, 1), (1, 3), (3, 2), (2, 0))
"""Sides of the quad: superior end plate, right wall, inferior end plate, left wall."""

LEVELS = (
    'S1', 'L5', 'L4', 'L3', 'L2', 'L1',
    'T12', 'T11', 'T10', 'T9', 'T8', 'T7', 'T6', 'T5', 'T4', 'T3', 'T2', 'T1',
)  # fmt: skip
"""Level names upward from the sacrum."""

LEVEL_ASSUMED = 'assumed_lowest_is_S1'
"""``level_origin`` of levels counted from the lowest labelled vertebra."""

AROUND = [0, 1, 3, 2]
"""Corners in the order in which the outline of a vertebra meets them."""


def as_spine(corners: ArrayLike) -> FloatArray:
    """Return corners as a float array of shape ``(N, 4, 2)``.

    Args:
        corners: One quad ``(4, 2)`` or many ``(N, 4, 2)``, px.

    Raises:
        ValueError: If the shape is another one.
    """
    array = np.asarray(corners, dtype=np.float64)
    if array.ndim == 2:
        array = array[None]
    if array.ndim != 3 or array.shape[1:] != (4, 2):
        raise ValueError(f'corners must have shape (N, 4, 2), not {array.shape}')
    return array


def hull_boxes(corners: ArrayLike) -> FloatArray:
    """Axis-aligned boxes of the corners.

    Args:
        corners: ``(N, 4, 2)``, px. NaN marks a corner that is not labelled.

    Returns:
        ``(N, 4)`` boxes ``x1, y1, x2, y2``, px.
    """
    spine = as_spine(corners)
    low, high = np.fmin.reduce(spine, axis=1), np.fmax.reduce(spine, axis=1)
    return np.concatenate([low, high], axis=1)


BODY_SHARE = 0.6
"""Height of a vertebral body as a share of its end plate, where only one is labelled.

It shapes a box to look into, no measurement.
"""


def vertebra_boxes(corners: ArrayLike) -> FloatArray:
    """Boxes to look into: the hull, also where some corners are not labelled.

    Of an S1 with its superior end plate alone the hull would be a sliver. What misses
    is put in its place roughly: the opposite end plate :data:`BODY_SHARE` of its length
    away, the opposite wall likewise, a single corner by completing the parallelogram.

    Args:
        corners: ``(N, 4, 2)``, px. NaN marks a corner that is not labelled; at least
            two of each vertebra are.

    Returns:
        ``(N, 4)`` boxes ``x1, y1, x2, y2``, px; not cut at the image's border.
    """
    return hull_boxes(completed_quads(corners))


def completed_quads(corners: ArrayLike) -> FloatArray:
    """Vertebrae with what misses of them put in roughly, see :func:`vertebra_boxes`.

    Two corners of a diagonal stay two.

    Args:
        corners: ``(N, 4, 2)``, px. NaN marks a corner that is not labelled.
    """
    spine = as_spine(corners).copy()
    known = np.isfinite(spine).all(-1)
    for quad, labelled in zip(spine, known, strict=True):
        missing = np.flatnonzero(~labelled)
        if len(missing) == 1:
            # Neighbours minus the opposite corner.
            opposite = 3 - missing[0]
            quad[missing[0]] = quad[labelled].sum(0) - 2 * quad[opposite]
        elif len(missing) == 2:
            _complete_pair(quad, tuple(np.flatnonzero(labelled).tolist()))
    return spine


def _complete_pair(quad: FloatArray, pair: tuple[int, ...]) -> None:
    """Put the other two corners beside an end plate or a wall, in place."""
    a, b = pair
    along = quad[b] - quad[a]
    # Turned a quarter on the screen: from left-right to down, from up-down to left.
    aside = np.array([-along[1], along[0]])
    if pair in ((0, 1), (2, 3)):
        step = BODY_SHARE * aside * (1 if a == 0 else -1)
    elif pair in ((0, 2), (1, 3)):
        step = aside / BODY_SHARE * (-1 if a == 0 else 1)
    else:
        return  # a diagonal spans the box by itself
    for corner in range(4):
        if corner not in pair:
            neighbour = a if _joined(corner, a) else b
            quad[corner] = quad[neighbour] + step


def _joined(a: int, b: int) -> bool:
    """Whether two corners are ends of one side."""
    return (a, b) in SKELETON or (b, a) in SKELETON


def centres(corners: ArrayLike) -> FloatArray:
    """Mean labelled corner of each vertebra, ``(N, 2)`` px; NaN where there is none."""
    spine = as_spine(corners)
    known = np.isfinite(spine).all(-1, keepdims=True)
    total = np.where(known, spine, 0).sum(1)
    number = known.sum(1)
    return np.divide(total, number, out=np.full_like(total, np.nan), where=number > 0)


def signed_areas(corners: ArrayLike) -> FloatArray:
    """Shoelace area around each quad, ``(N,)`` px²; positive in canonical order.

    Going superior left, superior right, inferior right, inferior left is clockwise on
    the screen, which is the positive sense where y points down.
    """
    around = as_spine(corners)[:, AROUND]
    following = np.roll(around, -1, axis=1)
    cross = around[..., 0] * following[..., 1] - around[..., 1] * following[..., 0]
    return 0.5 * cross.sum(axis=1)


def is_bow_tie(corners: ArrayLike) -> NDArray[np.bool_]:
    """Whether two opposite sides of each quad cross, ``(N,)``.

    The sides around the quad are superior end plate, right wall, inferior end plate
    and left wall. In a bow-tie either the end plates cross or the walls do.
    """
    sl, sr, il, ir = np.moveaxis(as_spine(corners), 1, 0)
    return _segments_cross(sl, sr, il, ir) | _segments_cross(sl, il, sr, ir)


def _segments_cross(
    a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray
) -> NDArray[np.bool_]:
    """Whether segments ab and cd cross in their interior, ``(N,)``."""

    def side(p: FloatArray, q: FloatArray, r: FloatArray) -> FloatArray:
        pq, pr = q - p, r - p
        return pq[:, 0] * pr[:, 1] - pq[:, 1] * pr[:, 0]

    return (side(a, b, c) * side(a, b, d) < 0) & (side(c, d, a) * side(c, d, b) < 0)


def order_upward(corners: ArrayLike) -> NDArray[np.intp]:
    """Indices that sort vertebrae from the lowest upward along the spine.

    Neighbours in the body are neighbours on the film, so the way through the centres
    that takes the shortest steps first is the spine's own, however it is turned or
    curved; comparing heights fails where a strongly curved spine is turned. Which end
    is the lower one is decided by how the centres rise along the way as a whole.

    Args:
        corners: ``(N, 4, 2)``, px; NaN where not labelled. Vertebrae may come in any
            order, and corners too: only centres count.

    Returns:
        ``(N,)`` indices; the first is the lowest vertebra (``order`` 0), vertebrae
        without any corner are the last.
    """
    middle = centres(corners)
    # From below first, so that the outcome doesn't depend on how they are listed.
    listed = np.lexsort((middle[:, 0], -middle[:, 1]))
    known = listed[np.isfinite(middle[listed]).all(1)]
    way = _shortest_steps(middle[known])
    place = np.arange(len(way)) - (len(way) - 1) / 2
    if place @ middle[known[way], 1] > 0:
        way = way[::-1]
    return np.concatenate([known[way], listed[len(known) :]])


def _shortest_steps(points: FloatArray) -> NDArray[np.intp]:
    """A way through all points, built from the shortest steps; ``(N,)`` indices.

    Starts at the end that comes first among the points.
    """
    number = len(points)
    apart = np.linalg.norm(points[:, None] - points, axis=2)
    first, second = np.triu_indices(number, 1)
    # Pieces of the way, found by either end.
    pieces = {i: [i] for i in range(number)}
    for step in np.argsort(apart[first, second], kind='stable'):
        a, b = int(first[step]), int(second[step])
        one, other = pieces.get(a), pieces.get(b)
        if one is None or other is None or one is other:
            continue
        one = one if one[-1] == a else one[::-1]
        other = other if other[0] == b else other[::-1]
        for end in (one[0], a, b, other[-1]):
            pieces.pop(end, None)
        joined = one + other
        pieces[joined[0]] = pieces[joined[-1]] = joined
    way = pieces[min(pieces)] if pieces else []
    return np.array(way if not way or way[0] < way[-1] else way[::-1], dtype=np.intp)


def levels_upward(number: int, lowest: str = 'S1') -> list[str | None]:
    """Level names of ``number`` vertebrae counted upward from ``lowest``.

    Args:
        number: Number of vertebrae.
        lowest: Level of the lowest one.

    Returns:
        Names; ``None`` above T1, where there is no such name.

    Raises:
        ValueError: If ``lowest`` is no level.
    """
    if lowest not in LEVELS:
        raise ValueError(f'{lowest!r} is no level; levels are {", ".join(LEVELS)}')
    names = LEVELS[LEVELS.index(lowest) :]
    return [names[i] if i < len(names) else None for i in range(number)]


def mirror(corners: ArrayLike, width: float) -> FloatArray:
    """Mirror a spine left to right, sides swapped so that names stay true.

    Args:
        corners: ``(N, 4, 2)``, px.
        width: Image width, px; column ``x`` goes to ``width - 1 - x``.
    """
    spine = as_spine(corners)[:, SIDES_SWAPPED].copy()
    spine[..., 0] = width - 1 - spine[..., 0]
    return spine


def anatomical_corners(
    corners: ArrayLike, facing: Facing
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Name corners by anatomy instead of image side.

    Args:
        corners: ``(N, 4, 2)``, px.
        facing: Image side that is anterior.

    Returns:
        Posterior-superior, anterior-superior, posterior-inferior and
        anterior-inferior corners, each ``(N, 2)``.

    Raises:
        ValueError: If ``facing`` is neither ``'left'`` nor ``'right'``.
    """
    if facing not in ('left', 'right'):
        raise ValueError(f"facing must be 'left' or 'right', not {facing!r}")
    spine = as_spine(corners)
    # Facing left: posterior is image right, the odd corners.
    posterior, anterior = (1, 0) if facing == 'left' else (0, 1)
    return (
        spine[:, posterior],
        spine[:, anterior],
        spine[:, 2 + posterior],
        spine[:, 2 + anterior],
    )


def infer_facing(corners: ArrayLike) -> tuple[Facing | None, float]:
    """Infer which image side is anterior from the shape of the lumbar spine.

    Three cues vote, each a signed number near ±1, positive when anterior is left:

    * the lowest vertebra lies behind its upper neighbour (sacrum behind L5),
    * its superior end plate falls off toward the front (sacral slope),
    * the line of centres bulges toward the front (lordosis).

    Args:
        corners: ``(N, 4, 2)``, px, in any vertical order; vertebrae without any corner
            are passed over.

    Returns:
        The facing, and the strength of the vote in ``[0, 1]``. The facing is ``None``
        where fewer than two vertebrae are given or the cues cancel exactly.
    """
    spine = as_spine(corners)
    spine = spine[np.isfinite(centres(spine)).all(1)]
    if len(spine) < 2:
        return None, 0.0
    spine = spine[order_upward(spine)]
    middle = centres(spine)
    spacing = np.median(np.linalg.norm(np.diff(middle, axis=0), axis=1))
    if not spacing > 0:
        return None, 0.0

    plate = spine[0, 1] - spine[0, 0]
    cues = [
        (middle[0, 0] - middle[1, 0]) / spacing,
        # The lower of the two superior corners is the anterior one.
        -2.0 * plate[1] / max(float(np.hypot(*plate)), 1e-9),
    ]
    if len(spine) >= 4:
        # Bulge of the lowest six against the chord from end to end.
        line = middle[:6]
        share = (line[:, 1] - line[0, 1]) / min(line[-1, 1] - line[0, 1], -1e-9)
        chord = line[0, 0] + share * (line[-1, 0] - line[0, 0])
        cues.append(2.0 * float(np.mean(chord - line[:, 0])) / spacing)
    known = [float(np.tanh(cue)) for cue in cues if np.isfinite(cue)]
    vote = float(np.mean(known)) if known else 0.0
    if vote == 0:
        return None, 0.0
    return ('left' if vote > 0 else 'right'), abs(vote)
