"""Corners out of heatmaps: a Gaussian is fitted around the highest cell."""

import math
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating]

LOW = 0.1
"""Cells below this share of the peak are left out of the fit."""

FARTHEST = 1.0
"""A corner is no farther than this from the highest cell, in cells each way."""

LOGIT_REACH = 3
"""From the highest cell of logits to the edge of the window that counts, cells."""

CANDIDATE_REACH = 2
"""A peak is the highest cell as far as this each way; neighbouring end plates lie three
cells apart."""


class LogitPeaks(NamedTuple):
    """What heatmaps of logits tell.

    Attributes:
        cells: ``(..., 2)`` x and y of the corner, cells.
        mass: ``(...)`` share of the probability in the window around the highest cell.
    """

    cells: FloatArray
    mass: FloatArray


class Candidates(NamedTuple):
    """Peaks of heatmaps, the largest first.

    Attributes:
        cells: ``(..., K)`` cells, counted row by row.
        mass: ``(..., K)`` share of the probability within :data:`CANDIDATE_REACH`; 0
            where a map has fewer peaks.
    """

    cells: NDArray[np.intp]
    mass: FloatArray


def decode_heatmaps(
    maps: FloatArray, sigma: float, input_size: tuple[int, int]
) -> tuple[FloatArray, FloatArray]:
    """Find the corners in maps on the grid of UDP.

    Args:
        maps: ``(N, H, W)``.
        sigma: Standard deviation of the target's Gaussians, cells.
        input_size: ``(width, height)`` of the crop, px.

    Returns:
        Corners ``(N, 2)`` in the px that MMPose expects of a UDP codec: the crop is as
        wide as its frame on the film. And the heights of the peaks ``(N,)``.
    """
    cells, scores = fit_peaks(maps, sigma)
    last = np.array(maps.shape[:-3:-1]) - 1
    return np.asarray(cells / last * input_size, np.float64), scores


def cells_to_px(cells: Any, stride: float) -> Any:
    """Cells, whose whole numbers are centres, to px, whose are too; of any library."""
    return (cells + 0.5) * stride - 0.5


def fit_peaks(maps: FloatArray, sigma: float) -> tuple[FloatArray, FloatArray]:
    """Find the centre of the Gaussian at the highest cell of each map.

    Its width is free, as predicted blobs are wider than the target's; it is round.

    Args:
        maps: ``(N, H, W)``.
        sigma: Standard deviation of the target's Gaussians, cells; sets how far the
            fit looks.

    Returns:
        Centres ``(N, 2)``, x and y in cells, and peaks ``(N,)``. Where no Gaussian
        fits, the centre is that of the highest cell.
    """
    around = _look_around(maps, max(1, math.ceil(1.5 * sigma)))
    peaks = around.tops
    values = around.values.astype(np.float64)
    used = around.inside & (peaks[:, None] > 0) & (values > 0)
    # Relative to the peak, so that maps of any scale are fitted alike.
    shares = np.where(used, values / np.where(peaks > 0, peaks, 1)[:, None], 1)
    logs = np.where(used, np.log(shares), -np.inf)
    return around.highest + fit_offsets(logs, around.x, around.y), peaks


def find_logit_peaks(
    logits: FloatArray,
    reach: int = LOGIT_REACH,
    subpixel: bool = True,
    at: NDArray[np.intp] | None = None,
) -> LogitPeaks:
    """Find the corner in each map whose softmax is the corner's distribution.

    The same as :func:`spondylo_mmpose.models.heads.heatmap_peaks.find_peaks`, which a
    network needs on its own device and with a gradient, where NumPy cannot be; what
    they have in common is :func:`fit_offsets`.

    Args:
        logits: ``(..., H, W)``.
        reach: Cells from the highest to the window's edge.
        subpixel: Fit; otherwise corners are centres of the highest cells.
        at: ``(...)`` cells, counted row by row, that are taken for the highest.
    """
    *lead, height, width = logits.shape
    maps = np.asarray(logits, np.float32).reshape(-1, height, width)
    around = _look_around(maps, reach, None if at is None else at.ravel())
    logs = np.where(around.inside, around.values - around.tops[:, None], -np.inf)
    highest = maps.max((1, 2))
    total = np.exp(maps - highest[:, None, None]).sum((1, 2))
    cells = around.highest.astype(np.float32)
    if subpixel:
        cells = cells + fit_offsets(logs, around.x, around.y).astype(np.float32)
    mass = np.exp(logs + (around.tops - highest)[:, None]).sum(1) / total
    return LogitPeaks(cells.reshape(*lead, 2), mass.reshape(lead))


def find_candidates(logits: FloatArray, count: int) -> Candidates:
    """Find the highest peaks of each map whose softmax is the corner's distribution.

    Args:
        logits: ``(..., H, W)``.
        count: Of peaks, ``K``.
    """
    *lead, height, width = logits.shape
    maps = np.asarray(logits, np.float32).reshape(-1, height, width)
    shares = np.exp(maps - maps.max((1, 2), keepdims=True))
    side = 2 * CANDIDATE_REACH + 1
    cells = np.zeros((len(maps), count), np.intp)
    mass = np.zeros((len(maps), count), np.float32)
    for number, share in enumerate(shares):
        highest = share >= cv2.dilate(share, np.ones((side, side), np.uint8))
        around = cv2.boxFilter(
            share, -1, (side, side), normalize=False, borderType=cv2.BORDER_CONSTANT
        )
        # Few cells are peaks; sorting those takes no time.
        peaks = np.flatnonzero(highest)
        masses = around.ravel()[peaks]
        best = np.argsort(-masses, kind='stable')[:count]
        cells[number, : len(best)] = peaks[best]
        mass[number, : len(best)] = masses[best]
    mass /= shares.sum((1, 2))[:, None]
    return Candidates(cells.reshape(*lead, count), mass.reshape(*lead, count))


def fit_offsets(logs: Any, x: Any, y: Any, library: Any = np) -> Any:
    """Fit round Gaussians by weighted least squares of their logarithms.

    The logarithm of a Gaussian is a paraboloid; the weights are the squared values
    (Guo, "A simple algorithm for fitting a Gaussian function", IEEE Signal Processing
    Magazine, 2011).

    Args:
        logs: ``(N, P)`` logarithms of values relative to the highest cell's; those of
            values below :data:`LOW` of it are left out, as ``-inf`` is.
        x: ``(P,)`` columns of the cells, counted from the highest.
        y: ``(P,)`` rows of the cells.
        library: That of the arrays, ``numpy`` or ``torch``, which fits on their device.

    Returns:
        ``(N, 2)`` offsets of the centres from the highest cells, x and y in cells,
        float64; 0 where no Gaussian fits.
    """
    xp = library
    x, y, logs = (xp.asarray(values, dtype=xp.float64) for values in (x, y, logs))
    terms = xp.stack([xp.ones_like(x), x, y, x * x + y * y], 1)
    used = logs > math.log(LOW)
    weights = xp.where(used, xp.exp(2 * logs), 0)
    logs = xp.where(used, logs, 0)
    weighted = (weights[:, :, None] * terms).swapaxes(1, 2)
    matrix, vector = weighted @ terms, weighted @ logs[:, :, None]
    # Far too small to move a fit, enough for the maps that allow none.
    diagonal = [0, 1, 2, 3]
    matrix[:, diagonal, diagonal] += 1e-9
    slopes = xp.linalg.solve(matrix, vector)[:, :, 0]
    curve = slopes[:, 3:]
    bent = curve < -1e-3
    offsets = slopes[:, 1:3] / (-2 * xp.where(bent, curve, -1))
    return xp.clip(xp.where(bent, offsets, 0), -FARTHEST, FARTHEST)


class _Around(NamedTuple):
    highest: NDArray[np.intp]  # (N, 2) x and y of the highest cell
    tops: FloatArray  # (N,) its value
    x: NDArray[np.intp]  # (P,) columns of the window, counted from it
    y: NDArray[np.intp]
    values: FloatArray  # (N, P)
    inside: NDArray[np.bool_]  # (N, P) whether there is such a cell


def _look_around(
    maps: FloatArray, reach: int, top: NDArray[np.intp] | None = None
) -> _Around:
    count, height, width = maps.shape
    flat = maps.reshape(count, -1)
    if top is None:
        top = flat.argmax(1)
    rows, columns = np.divmod(top, width)
    steps = np.arange(-reach, reach + 1)
    y, x = (grid.ravel() for grid in np.meshgrid(steps, steps, indexing='ij'))
    at_y, at_x = rows[:, None] + y, columns[:, None] + x
    inside = (at_y >= 0) & (at_y < height) & (at_x >= 0) & (at_x < width)
    index = at_y.clip(0, height - 1) * width + at_x.clip(0, width - 1)
    return _Around(
        highest=np.stack([columns, rows], 1),
        tops=flat[np.arange(count), top],
        x=x,
        y=y,
        values=np.take_along_axis(flat, index, 1),
        inside=inside,
    )
