"""Mean radial error (MRE) and success detection rate (SDR), pooled over corners.

The definitions are those of the ISBI 2015 cephalometric challenge (Wang et al., Med
Image Anal 2016): MRE is the mean Euclidean distance, SDR@T the share of points whose
distance is at most T.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from spondylo_mmpose.spine.anatomy import FloatArray, as_spine
from spondylo_mmpose.spine.measurements import vertebral_heights

PX_THRESHOLDS = (2, 4, 5, 6, 8, 10, 12, 16, 18, 20, 24)
MM_THRESHOLDS = (2, 2.5, 3, 4)


def radial_errors(
    predicted: ArrayLike, true: ArrayLike, spacing: ArrayLike | None = None
) -> FloatArray:
    """Euclidean distances between predicted and true points.

    Args:
        predicted: ``(..., 2)`` px.
        true: ``(..., 2)`` px; NaN marks a point without truth.
        spacing: Pixel size ``(x, y)`` in mm, broadcast against the points.

    Returns:
        ``(...)`` distances in px, or mm with a spacing. NaN where there is no truth,
        infinity where there is a truth but no finite prediction: a point that is not
        found never succeeds.
    """
    difference = np.asarray(predicted, np.float64) - np.asarray(true, np.float64)
    if spacing is not None:
        difference = difference * np.asarray(spacing, np.float64)
    distance = np.linalg.norm(difference, axis=-1)
    lost = ~np.isfinite(np.asarray(predicted, np.float64)).all(-1)
    known = np.isfinite(np.asarray(true, np.float64)).all(-1)
    return np.where(lost & known, np.inf, distance)


def summarise_errors(
    errors: ArrayLike,
    thresholds: Sequence[float] = PX_THRESHOLDS,
    unit: str = 'px',
) -> dict[str, float]:
    """Pool distances into MRE, median, 95th percentile, MSE and SDR.

    Args:
        errors: Distances of any shape; NaN is left out.
        thresholds: SDR thresholds, in the unit of ``errors``.
        unit: ``'px'``, ``'mm'`` or ``'mm_estimated'``, part of the names.

    Returns:
        ``MRE_px``, ``median_px``, ``p95_px``, ``MSE_px`` (mean of the squared distance,
        dx² + dy², in px²), ``SDR@5px`` (percent) and so on; all NaN when there is
        nothing to pool.
    """
    pool = np.asarray(errors, np.float64).ravel()
    pool = pool[~np.isnan(pool)]
    empty = pool.size == 0
    summary = {
        f'MRE_{unit}': float('nan') if empty else float(pool.mean()),
        f'median_{unit}': float('nan') if empty else float(np.median(pool)),
        f'p95_{unit}': float('nan') if empty else _percentile(pool, 95),
        f'MSE_{unit}': float('nan') if empty else float((pool**2).mean()),
    }
    for threshold in thresholds:
        share = float('nan') if empty else 100.0 * float((pool <= threshold).mean())
        summary[f'SDR@{threshold:g}{unit}'] = share
    return summary


def cumulative_errors(errors: ArrayLike, limits: ArrayLike) -> FloatArray:
    """Cumulative error curve: the share of the points within each distance.

    Args:
        errors: Distances of any shape; NaN is left out, infinity is never within.
        limits: ``(K,)`` distances, in the unit of ``errors``; a limit itself counts as
            within, as in SDR.

    Returns:
        ``(K,)`` percent; NaN when there is nothing to pool.
    """
    pool = np.asarray(errors, np.float64).ravel()
    pool = np.sort(pool[~np.isnan(pool)])
    number = np.searchsorted(pool, np.asarray(limits, np.float64), side='right')
    if not pool.size:
        return np.full(number.shape, np.nan)
    return 100.0 * number / pool.size


def wall_heights(quads: ArrayLike) -> FloatArray:
    """Height of each vertebra: the median of its left and right wall.

    Args:
        quads: ``(N, 4, 2)`` px.

    Returns:
        ``(N,)`` px; one wall alone where the other misses a corner. NaN where neither
        is whole, as of an S1 with its superior end plate only, or has any length.
    """
    # Which wall is the anterior one does not matter here.
    walls = vertebral_heights(as_spine(quads), 'left')[:, [0, 2]]
    # The median of two is their mean.
    known = np.isfinite(walls)
    total, number = np.where(known, walls, 0).sum(1), known.sum(1)
    return np.divide(total, number, out=np.full(len(walls), np.nan), where=total > 0)


def _percentile(pool: FloatArray, percent: float) -> float:
    # Interpolating towards infinity gives NaN; a lost point shall stay infinite.
    if np.isfinite(pool).all():
        return float(np.percentile(pool, percent))
    return float(np.percentile(pool, percent, method='higher'))


def known_mean(values: ArrayLike) -> float:
    """Mean of the values that are not NaN; NaN where there is none, without a warning.

    Args:
        values: Any shape.
    """
    given = np.asarray(values, np.float64)
    known = given[~np.isnan(given)]
    return float(known.mean()) if known.size else float('nan')
