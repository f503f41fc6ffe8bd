"""In which order a label file lists the four corners, decided by a vote.

The order is a property of a file: one annotation tool wrote all of it. So all its
vertebrae vote, and the outcome holds for each of them. Naming the corners of a single
vertebra from its shape would go wrong where the film is stretched: there the end
plates of a wide, flat, tilted vertebra are far from perpendicular to the spine.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.spine import anatomy
from spondylo_mmpose.spine.anatomy import FloatArray

ENCODINGS: dict[str, tuple[int, int, int, int]] = {
    # T superior, B inferior, L and R image sides; the value says where each of
    # anatomy.CORNERS stands in the file.
    'BL-BR-TL-TR': (2, 3, 0, 1),
    'TL-BL-BR-TR': (0, 3, 1, 2),
    'TL-TR-BL-BR': (0, 1, 2, 3),
    'TL-TR-BR-BL': (0, 1, 3, 2),
    'BL-BR-TR-TL': (3, 2, 0, 1),
}
"""Known orders of the corners, and the permutation from the file to the package."""

OWN = 'TL-TR-BL-BR'
"""The order of ``anatomy.CORNERS``."""

KNOWN = tuple(ENCODINGS)
"""Orders that a vote chooses from unless told otherwise."""

_TIE = 0.1


@dataclass(frozen=True)
class Vote:
    """Outcome of a vote.

    Attributes:
        encoding: Name of the order, ``None`` if none fits half of the vertebrae.
        supports: Share of the vertebrae that fit each order, in ``[0, 1]``.
    """

    encoding: str | None
    supports: dict[str, float]


def decode(corners: FloatArray, encoding: str) -> FloatArray:
    """Put corners of a file into the order of ``anatomy.CORNERS``.

    Args:
        corners: ``(N, 4, 2)`` in the file's order.
        encoding: One of :data:`ENCODINGS`.
    """
    return corners[:, list(ENCODINGS[encoding])]


def upward_tangents(corners: FloatArray) -> FloatArray:
    """Unit vectors along the line of centres, upward, ``(N, 2)``.

    A vertebra alone gets the vertical. Vertebrae may come in any order, and corners
    too: only centres count.
    """
    up = anatomy.order_upward(corners)
    tangents = np.tile([0.0, -1.0], (len(corners), 1))
    if len(corners) >= 2:
        steps = np.gradient(anatomy.centres(corners)[up], axis=0)
        lengths = np.hypot(*steps.T)[:, None]
        tangents[up] = np.where(
            lengths > 0, steps / np.maximum(lengths, 1e-9), tangents
        )
    return tangents


def fitting(corners: FloatArray, tangents: FloatArray) -> NDArray[np.bool_]:
    """Whether each quad makes sense as named, ``(N,)``.

    No bow-tie; not mirrored; the spine leaves it on its superior side. All three stay
    as they are when the film is stretched.

    Args:
        corners: ``(N, 4, 2)`` in the package's order.
        tangents: ``(N, 2)`` of :func:`upward_tangents`.
    """
    width = corners[:, [1, 3]].mean(1) - corners[:, [0, 2]].mean(1)
    return (
        ~anatomy.is_bow_tie(corners)
        & (anatomy.signed_areas(corners) > 0)
        & (width[:, 0] * tangents[:, 1] - width[:, 1] * tangents[:, 0] < 0)
    )


def vote(
    corners: FloatArray,
    usual: str,
    candidates: Sequence[str] = KNOWN,
    tangents: FloatArray | None = None,
) -> Vote:
    """Decide the order of the corners of one file.

    Each vertebra that fits an order (:func:`fitting`) gives it a share that grows with
    how well left-to-right stands across the spine and inferior-to-superior along it.
    The shape decides between turned orders only as a sum over the film, where S1's
    tilt cannot outweigh the others. The usual order wins ties.

    Args:
        corners: ``(N, 4, 2)`` px in the file's order, all corners labelled.
        usual: Order that the format has as a rule.
        candidates: Orders to choose from, ``usual`` among them.
        tangents: ``(N, 2)`` of :func:`upward_tangents`, if they are known.

    Returns:
        The outcome. Without any vertebra the usual order is taken.
    """
    if len(corners) == 0:
        return Vote(usual, {})
    # All orders at once: films are many and their vertebrae few.
    quads = np.concatenate([decode(corners, name) for name in candidates])
    if tangents is None:
        tangents = upward_tangents(corners)
    tangents = np.tile(tangents, (len(candidates), 1))
    right = np.stack([-tangents[:, 1], tangents[:, 0]], axis=1)
    fits = fitting(quads, tangents)
    width = quads[:, [1, 3]].mean(1) - quads[:, [0, 2]].mean(1)
    height = quads[:, :2].mean(1) - quads[:, 2:].mean(1)
    alignment = _cosine(width, right) + _cosine(height, tangents)
    shape = len(candidates), len(corners)
    support = fits.reshape(shape).mean(1)
    score = np.where(fits, 1.0 + alignment, 0.0).reshape(shape).mean(1)
    best, rule = int(score.argmax()), list(candidates).index(usual)
    if score[rule] >= score[best] - _TIE:
        best = rule
    return Vote(
        candidates[best] if support[best] >= 0.5 else None,
        dict(zip(candidates, support.tolist(), strict=True)),
    )


def _cosine(a: FloatArray, b: FloatArray) -> FloatArray:
    length = np.maximum(np.hypot(*a.T) * np.hypot(*b.T), 1e-9)
    return (a * b).sum(1) / length
