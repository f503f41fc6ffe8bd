"""Corners out of SimCC: one vector of bins across, one down."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating]


def decode_simcc(
    simcc_x: FloatArray,
    simcc_y: FloatArray,
    sigma: Sequence[float],
    split_ratio: float,
) -> tuple[FloatArray, FloatArray]:
    """Find the corners; bin ``i`` is at ``(i + 0.5) / split_ratio - 0.5`` px.

    Args:
        simcc_x: ``(K, bins across)`` or ``(N, K, bins across)``.
        simcc_y: The same down.
        sigma: Standard deviations of the target's Gaussians along x and y, bins.
        split_ratio: Bins per px.

    Returns:
        Corners ``(N, K, 2)`` px of the crop; scores ``(N, K)``, the lower of the two
        peaks.
    """
    found, heights = [], []
    for vectors, width in zip((simcc_x, simcc_y), sigma, strict=True):
        vectors = vectors.reshape(-1, *vectors.shape[-2:])
        tops, peaks = fit_tops(vectors.reshape(-1, vectors.shape[-1]), width)
        found.append(tops.reshape(vectors.shape[:2]))
        heights.append(peaks.reshape(vectors.shape[:2]))
    corners = (np.stack(found, -1) + 0.5) / split_ratio - 0.5
    return corners, np.minimum(*heights)


def fit_tops(vectors: FloatArray, sigma: float) -> tuple[FloatArray, FloatArray]:
    """Find the top of each vector between its bins.

    Args:
        vectors: ``(M, bins)`` of any offset and scale.
        sigma: Standard deviation of the target's Gaussians, bins.

    Returns:
        Tops ``(M,)`` in bins, at most one from the highest, and its values ``(M,)``.
    """
    count, bins = vectors.shape
    highest = vectors.argmax(1)
    peaks = vectors[np.arange(count), highest]
    # So near the top that a Gaussian is a parabola.
    reach = max(1, math.ceil(0.6 * sigma))
    steps = np.arange(-reach, reach + 1)
    at = highest[:, None] + steps
    inside = ((at >= 0) & (at < bins)).astype(np.float64)
    values = np.take_along_axis(vectors, at.clip(0, bins - 1), 1) - peaks[:, None]
    terms = np.stack([np.ones_like(steps), steps, steps**2], 1).astype(np.float64)
    matrix = np.einsum('mp,pi,pj->mij', inside, terms, terms) + 1e-9 * np.eye(3)
    vector = np.einsum('mp,pi->mi', inside * values, terms)
    _, slope, curve = np.linalg.solve(matrix, vector[..., None])[..., 0].T
    bent = curve < -1e-3 * np.maximum(np.abs(slope), 1e-9)
    offset = np.where(bent, -slope / (2 * np.where(bent, curve, -1)), 0)
    return highest + offset.clip(-1, 1), peaks
