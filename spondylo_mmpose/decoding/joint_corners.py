"""Corners chosen together, among the highest peaks of their heatmaps.

Where a film is faint, a heatmap has a peak at the right corner and one at the same
corner of a neighbour, and the higher one is the wrong one now and then. Four corners
that make no vertebra, or a vertebra that overlaps its neighbour, tell so.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.decoding.heatmaps import Candidates
from spondylo_mmpose.decoding.shape_prior import disc_log_prior, vertebra_log_prior

FloatArray = NDArray[np.floating]

CANDIDATES = 3
"""Peaks of a heatmap that are looked at."""

PRIOR_WEIGHT = 0.3
"""Of the shape's logarithms beside the heatmaps': its features overlap, and each is
counted as if it told something of its own."""

_LEAST = 1e-12


def candidates_of(settings: Mapping[str, Any]) -> int:
    """Candidates of each corner that a network is to choose from.

    Args:
        settings: Its ``test_cfg``. Slots counted from the top have no S1 to begin
            with, and each corner is the highest peak.
    """
    if settings.get('count_from', 'lowest') != 'lowest':
        return 1
    return int(settings.get('candidates', CANDIDATES))


def choose_cells(
    candidates: Candidates, width: int, presence: FloatArray
) -> NDArray[np.intp]:
    """Choose a cell for each corner of each vertebra of several films.

    Args:
        candidates: ``(B, S, 4, K)``.
        width: Of the heatmaps, cells.
        presence: ``(B, S)``; NaN where nothing tells of it, which counts as present.

    Returns:
        ``(B, S, 4)`` cells, counted row by row.
    """
    places = np.stack(np.divmod(candidates.cells, width)[::-1], -1).astype(np.float64)
    weights = np.nan_to_num(presence, nan=1.0)
    index = choose_corners(places, candidates.mass, weights)[..., None]
    return np.take_along_axis(candidates.cells, index, -1)[..., 0]


def choose_corners(
    places: FloatArray,
    masses: FloatArray,
    presence: FloatArray,
    weight: float = PRIOR_WEIGHT,
) -> NDArray[np.intp]:
    """Choose a candidate for each corner of each vertebra of a film.

    Maximises the sum of the logarithms of the candidates' probabilities, of the shapes'
    and of the discs' prior densities. Vertebrae form a chain, so that dynamic
    programming finds the maximum (Viterbi, IEEE Trans Inf Theory 1967; 13: 260).
    A disc counts with the product of its neighbours' presence.

    Args:
        places: ``(..., S, 4, K, 2)`` px or cells, of one film or several; slots upward
            along the spine from S1, or a single one, which may be any vertebra.
        masses: ``(..., S, 4, K)`` probability of each candidate.
        presence: ``(..., S)`` in [0, 1].
        weight: Of the prior densities.

    Returns:
        ``(..., S, 4)`` index of the candidate.
    """
    *films, slots, _, count, _ = places.shape
    alone = _alone(places, masses, weight)
    bonds = weight * _bonds(places)
    bonds *= (presence[..., :-1] * presence[..., 1:])[..., None, None, None, None]
    # Best sum so far, by the superior corners of the vertebra; what it was made with.
    best = np.zeros((*films, count, count))
    lower_ones, inferior_ones = [], []
    for slot in range(slots):
        paths = np.zeros((*films, count**2, count, count))
        if slot:
            sums = best[..., None, None] + bonds[..., slot - 1, :, :, :, :]
            paths = sums.reshape(paths.shape)
        lower_ones.append(paths.argmax(-3))
        whole = alone[..., slot, :, :, :, :] + paths.max(-3)[..., None, None, :, :]
        whole = whole.reshape(*films, count, count, count**2)
        inferior_ones.append(whole.argmax(-1))
        best = whole.max(-1)
    chosen = np.empty((*films, slots, 4), np.intp)
    superior = best.reshape(*films, count**2).argmax(-1)
    for slot in reversed(range(slots)):
        inferior = _taken(inferior_ones[slot], superior)
        pairs = *np.divmod(superior, count), *np.divmod(inferior, count)
        chosen[..., slot, :] = np.stack(pairs, -1)
        superior = _taken(lower_ones[slot], inferior)
    return chosen


def _taken(values: NDArray[np.intp], index: NDArray[np.intp]) -> NDArray[np.intp]:
    """One of each film's ``(..., K, K)`` values, by its place ``(...)`` among them."""
    flat = values.reshape(*index.shape, values.shape[-1] ** 2)
    return np.take_along_axis(flat, index[..., None], -1)[..., 0]


def _alone(places: FloatArray, masses: FloatArray, weight: float) -> FloatArray:
    """Of every choice for the four corners, ``(..., S, K, K, K, K)``."""
    choices, corner = _choices(4, masses.shape[-1]), np.arange(4)
    logs = np.log(np.maximum(masses, _LEAST))[..., corner, choices].sum(-1)
    chosen = places[..., corner, choices, :]
    if chosen.shape[-7] == 1:
        return np.asarray(logs + weight * vertebra_log_prior(chosen, None))
    lowest, others = np.split(chosen, [1], -7)
    prior = vertebra_log_prior(lowest, True), vertebra_log_prior(others, False)
    return np.asarray(logs + weight * np.concatenate(prior, -5))


def _bonds(places: FloatArray) -> FloatArray:
    """Of every choice for the superior corners below and the inferior ones above.

    ``(..., S - 1, K, K, K, K)``.
    """
    choices = _choices(2, places.shape[-2])
    lower, upper = places[..., :-1, :, :, :], places[..., 1:, :, :, :]
    superior = lower[..., [0, 1], choices, :][..., None, None, :, :]
    inferior = upper[..., [2, 3], choices, :][..., None, None, :, :, :, :]
    both = np.broadcast_arrays(superior, inferior)
    (lowest, others), (above_lowest, above) = (np.split(one, [1], -7) for one in both)
    prior = (
        disc_log_prior(lowest, above_lowest, True),
        disc_log_prior(others, above, False),
    )
    return np.concatenate(prior, -5)


def _choices(corners: int, count: int) -> NDArray[np.intp]:
    """``(K, ..., K, corners)``."""
    return np.moveaxis(np.indices((count,) * corners), 0, -1)
