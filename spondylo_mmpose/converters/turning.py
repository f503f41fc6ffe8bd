"""Where each polygon that was drawn by hand begins, and which way round it goes.

One annotator begins at the superior left corner, the next wherever the mouse is, and
tools that simplify masks begin anywhere. So the corners of a vertebra are named from
where they lie. Its own shape is not enough for that: on a stretched film the end plates
of a flat, tilted vertebra are far from perpendicular to the spine. But end plates lie
opposite each other across a disc. All vertebrae of a film are therefore named together,
so that in sum discs are thin and sides point where they should (the best path through
a chain, Viterbi 1967).
"""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.converters.encodings import upward_tangents
from spondylo_mmpose.spine import anatomy
from spondylo_mmpose.spine.anatomy import FloatArray

Order = tuple[int, int, int, int]
"""Where each of ``anatomy.CORNERS`` stands in the file."""

MARGIN, MARGIN_ALONE = 0.5, 1.0
"""Best score of the film minus the best with this vertebra named otherwise, from which
the name is clear; in a film of one vertebra there is no disc to look at.

Measured on real and synthetic spines stretched by 0.8 to 1.7 with S1 tilted by up to
62 degrees: 0.23 was the largest margin of a wrong name, and 0.2 % of the right ones,
most of them next to a missing vertebra, stay below 0.5.
"""

_DISC, _PARALLEL = 2.0, 2.0
# Distance of neighbours, by their size, up to which they face each other across a
# disc, and from which one between them is missing.
_NEAR = (2.0, 3.5)
_SAME: Order = (0, 1, 2, 3)
_SHORT = ('TL', 'TR', 'BL', 'BR')


@dataclass(frozen=True)
class Turned:
    """Corners of the vertebrae of one film by name.

    Attributes:
        corners: ``(N, 4, 2)`` px in the order of ``anatomy.CORNERS``.
        orders: Where these stood in the file, each.
        margins: How clear each is, ``(N,)``; infinite where the file names corners.
        usual: The order that most have.
    """

    corners: FloatArray
    orders: list[Order]
    margins: FloatArray
    usual: Order

    @property
    def clear(self) -> NDArray[np.bool_]:
        """Whether the shapes leave no doubt, ``(N,)``."""
        return self.margins >= (MARGIN if len(self.orders) > 1 else MARGIN_ALONE)


def name_corners(corners: FloatArray, named: NDArray[np.bool_]) -> Turned:
    """Name the corners of quads that begin anywhere and go either way round.

    Args:
        corners: ``(N, 4, 2)`` px, all labelled. Points that are not listed around
            their quad are put around it by their direction from its middle.
        named: ``(N,)``; those that already stand in the order of ``anatomy.CORNERS``.
    """
    options = [
        [_SAME] if known else _ways_round(quad)
        for quad, known in zip(corners, named, strict=True)
    ]
    upward = anatomy.order_upward(corners)
    sums = _path_sums(corners, [options[i] for i in upward], upward)
    orders: list[Order] = [_SAME] * len(corners)
    margins = np.full(len(corners), np.inf)
    for i, totals in zip(upward, sums, strict=True):
        orders[i] = options[i][int(totals.argmax())]
        if len(totals) > 1:
            second, best = np.sort(totals)[-2:]
            margins[i] = best - second
    count = Counter(o for o, known in zip(orders, named, strict=True) if not known)
    usual = max(count, key=lambda o: (count[o], o), default=_SAME)
    turned = np.array([q[list(o)] for q, o in zip(corners, orders, strict=True)])
    return Turned(turned.reshape(-1, 4, 2), orders, margins, usual)


def order_name(order: Order) -> str:
    """Name of an order, of the kind that ``encodings.ENCODINGS`` has."""
    return '-'.join(_SHORT[order.index(place)] for place in range(4))


def _ways_round(quad: FloatArray) -> list[Order]:
    """The four orders that go clockwise on the screen around a quad."""
    around = [0, 1, 2, 3]
    if anatomy.is_bow_tie(quad[anatomy.AROUND])[0]:
        spokes = quad - quad.mean(0)
        around = np.argsort(np.arctan2(spokes[:, 1], spokes[:, 0])).tolist()
    # Around to the package's order and back is the same exchange.
    if anatomy.signed_areas(quad[around][anatomy.AROUND])[0] < 0:
        around = around[::-1]
    turns = [around[i:] + around[:i] for i in range(4)]
    return [(a, b, d, c) for a, b, c, d in turns]


def _path_sums(
    corners: FloatArray, options: list[list[Order]], upward: NDArray[np.intp]
) -> list[FloatArray]:
    """Best score of the whole film through each option of each vertebra, upward."""
    if not options:
        return []
    tangents = upward_tangents(corners)[upward]
    quads = [
        np.array([corners[i][list(order)] for order in ways])
        for i, ways in zip(upward, options, strict=True)
    ]
    own = [_alignment(q, t) for q, t in zip(quads, tangents, strict=True)]
    discs = [_disc(a, b) for a, b in pairwise(quads)]
    from_below = [own[0]]
    for score, disc in zip(own[1:], discs, strict=True):
        from_below.append(score + (from_below[-1][:, None] + disc).max(0))
    from_above = [np.zeros_like(own[-1])]
    for score, disc in zip(own[:0:-1], discs[::-1], strict=True):
        from_above.append((disc + score + from_above[-1]).max(1))
    return [a + b for a, b in zip(from_below, from_above[::-1], strict=True)]


def _alignment(quads: FloatArray, tangent: FloatArray) -> FloatArray:
    """How well sides point across and along the spine, ``(K,)`` in ``[-2, 2]``."""
    right = np.array([-tangent[1], tangent[0]])
    width = quads[:, [1, 3]].mean(1) - quads[:, [0, 2]].mean(1)
    height = quads[:, :2].mean(1) - quads[:, 2:].mean(1)
    return _unit(width) @ right + _unit(height) @ tangent


def _disc(lower: FloatArray, upper: FloatArray) -> FloatArray:
    """How well two neighbours face each other across a thin disc, ``(K, L)``."""
    gap = lower[:, None, :2] - upper[None, :, 2:]
    distance = float(np.hypot(*(lower[0].mean(0) - upper[0].mean(0))))
    size = float(np.sqrt(np.abs(anatomy.signed_areas([lower[0], upper[0]])).mean()))
    # Where one vertebra was drawn twice there is no disc to look at.
    height = np.hypot(gap[..., 0], gap[..., 1]).mean(-1) / max(distance, size, 1e-9)
    # Over the gap that a missing vertebra leaves, end plates turn.
    near = np.interp(distance / max(size, 1e-9), _NEAR, (1.0, 0.0))
    parallel = _unit(lower[:, 1] - lower[:, 0]) @ _unit(upper[:, 3] - upper[:, 2]).T
    return np.asarray(_PARALLEL * near * parallel - _DISC * height)


def _unit(vectors: FloatArray) -> FloatArray:
    return vectors / np.maximum(np.hypot(*vectors.T), 1e-9)[:, None]
