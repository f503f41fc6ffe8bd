"""Many grey levels to eight bits: one monotonic, deterministic rule."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

TAIL = 0.005
"""Share of the pixels that may be clipped at each end of the window."""


def to_grey(colour: NDArray[Any]) -> NDArray[Any]:
    """Luma (ITU-R BT.601) of a ``(H, W, 3)`` RGB image of unsigned integers.

    Equal channels come out exactly as they are.

    Returns:
        ``(H, W)``, same dtype (uint8 or uint16).
    """
    weights = np.array([19595, 38470, 7471], np.uint32)  # of 65536
    luma = colour.astype(np.uint32) @ weights
    return ((luma + 32768) >> 16).astype(colour.dtype)


def levels(
    pixels: NDArray[Any],
) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.int64]]:
    """Split an image into its grey levels and where they are.

    Whatever maps grey levels is then worked out once per level, not per pixel.

    Args:
        pixels: ``(H, W)``, any real dtype; NaN and infinities count as the minimum.

    Returns:
        ``values`` in ascending order, ``index`` with ``values[index] == pixels`` and
        how often each value occurs (it may be zero).
    """
    if pixels.dtype.kind == 'f':
        finite = np.isfinite(pixels)
        if not finite.all():
            lowest = pixels[finite].min() if finite.any() else 0.0
            pixels = np.where(finite, pixels, lowest)
    elif pixels.dtype.itemsize <= 2:
        first, index = 0, pixels
        if pixels.dtype.kind == 'i':
            first = int(pixels.min())
            index = (pixels.astype(np.int32) - first).astype(np.uint16)
        counts = np.bincount(index.ravel())
        return np.arange(first, first + len(counts)), index, counts
    values, index, counts = np.unique(pixels, return_inverse=True, return_counts=True)
    return values, index.reshape(pixels.shape), counts


def robust_window(
    values: NDArray[Any], counts: NDArray[np.int64]
) -> tuple[float, float]:
    """Grey levels to show as black and as white.

    The lowest and the highest level that occur are set aside, since borders,
    collimated areas and saturated ones have them; of the other pixels 0.5 % may fall
    below the window and 0.5 % above it. A border of any width, in one grey level at
    either end of the range, thus changes nothing.

    Args:
        values: ``(N,)`` grey levels, any order.
        counts: ``(N,)`` pixels that have them.

    Returns:
        Lower and upper end; equal only if all pixels are.
    """
    order = np.argsort(values, kind='stable')
    order = order[counts[order] > 0]
    if not len(order):
        return 0.0, 0.0
    present = values[order].astype(np.float64)
    inner = slice(1, -1) if len(order) > 3 else slice(None)
    share = np.cumsum(counts[order][inner]) / counts[order][inner].sum()
    low = present[inner][np.searchsorted(share, TAIL, side='right')]
    high = present[inner][np.searchsorted(share, 1 - TAIL)]
    if low == high:
        low, high = present[0], present[-1]
    return float(low), float(high)


def stretch(values: NDArray[Any], low: float, high: float) -> NDArray[np.uint8]:
    """Map ``low`` to 0 and ``high`` to 255, linear between, clipped outside.

    Args:
        values: Grey levels, any shape.
        low: Becomes black.
        high: Becomes white; if it is not above ``low``, all is black.
    """
    if not high > low:
        return np.zeros(np.shape(values), np.uint8)
    share = (np.asarray(values, np.float64) - low) / (high - low)
    return np.floor(share.clip(0, 1) * 255 + 0.5).astype(np.uint8)


def to_eight_bits(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    """Show an image of many grey levels through its robust window.

    Args:
        pixels: ``(H, W)``, integer or float.

    Returns:
        ``(H, W)``; an uint8 image as it is, a constant one black.
    """
    if pixels.dtype == np.uint8:
        return pixels
    values, index, counts = levels(pixels)
    return stretch(values, *robust_window(values, counts))[index]
