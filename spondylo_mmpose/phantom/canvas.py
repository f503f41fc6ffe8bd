"""Drawing on a film of attenuation: soft fills, thin curves, smooth noise."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import Akima1DInterpolator

from spondylo_mmpose.spine.anatomy import FloatArray

FloatImage = NDArray[np.float32]

_SHIFT = 4  # sub-pixel bits of OpenCV's drawing calls


def smooth_curve(points: ArrayLike, samples: int = 40) -> FloatArray:
    """Sample a cubic curve through points, ``(samples, 2)``."""
    knots = np.asarray(points, dtype=np.float64)
    length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(knots, axis=0).T))])
    # A repeated knot would make the curve singular.
    keep = np.concatenate([[True], np.diff(length) > 1e-6])
    # No linear system to solve, and no overshoot where knots are uneven.
    spline = Akima1DInterpolator(length[keep], knots[keep])
    return spline(np.linspace(0, length[-1], samples))


def arc(
    start: FloatArray, step: FloatArray, bend: FloatArray, samples: int = 12
) -> FloatArray:
    """Sample a parabola from ``start`` to ``start + step``, ``(samples, 2)``.

    Args:
        start: First point.
        step: From the first to the last point.
        bend: How far the middle lies off the straight line.
        samples: Number of points.
    """
    t = np.linspace(0, 1, samples)[:, None]
    return start + t * step + 4 * t * (1 - t) * bend


def smooth_noise(
    rng: np.random.Generator, size: tuple[int, int], cell: float | tuple[float, float]
) -> FloatImage:
    """Smooth noise of spread 1.

    Args:
        rng: Source of randomness.
        size: ``(height, width)`` px.
        cell: Distance of independent values, px, or one for x and one for y.
    """
    cell_x, cell_y = cell if isinstance(cell, tuple) else (cell, cell)
    height, width = size
    grid = (max(int(np.ceil(height / cell_y)) + 3, 4), max(int(width / cell_x) + 4, 4))
    coarse = rng.standard_normal(grid, dtype=np.float32)
    shift = rng.random(2)
    matrix = np.array([[1 / cell_x, 0, shift[0] + 1], [0, 1 / cell_y, shift[1] + 1]])
    fine = cv2.warpAffine(
        coarse,
        matrix,
        (width, height),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT_101,
    )
    return fine / max(float(fine.std()), 1e-6)


def blur(image: FloatImage, sigma: float) -> FloatImage:
    """Gaussian blur; a wide one is done on a smaller copy."""
    if sigma <= 8:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.float32)
    height, width = image.shape
    small = cv2.resize(image, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / 4)
    large = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(large, np.float32)


class Canvas:
    """A film to which everything on the ray adds its attenuation.

    Args:
        size: Side of the square film, px.

    Attributes:
        image: ``(size, size)`` attenuation, near grey values.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.image: FloatImage = np.zeros((size, size), np.float32)

    def add(self, layer: FloatImage | float) -> None:
        """Add a whole layer."""
        self.image += layer

    def fill(self, points: ArrayLike, value: float, soft: float = 1.0) -> None:
        """Add ``value`` inside an outline.

        Args:
            points: ``(K, 2)`` outline, px.
            value: Attenuation; negative for gas.
            soft: Spread of the edge's blur, px.
        """
        outline = np.asarray(points, dtype=np.float64)
        patch = self._patch(outline, 3 * soft + 2)
        if patch is None:
            return
        mask, corner, view = patch
        cv2.fillPoly(
            mask, [self._fixed(outline - corner)], (255,), cv2.LINE_AA, shift=_SHIFT
        )
        view += cv2.GaussianBlur(mask.astype(np.float32), (0, 0), max(soft, 0.3)) * (
            value / 255.0
        )

    def curve(
        self,
        points: ArrayLike,
        value: float | Sequence[float] | FloatArray,
        soft: float = 0.7,
        thickness: int = 1,
    ) -> None:
        """Add a thin line.

        Args:
            points: ``(K, 2)`` line, px.
            value: Peak attenuation, the same everywhere or one for each point.
            soft: Spread of the line's blur, px.
            thickness: Width before the blur, px.
        """
        line = np.asarray(points, dtype=np.float64)
        patch = self._patch(line, 3 * soft + thickness + 2)
        if patch is None:
            return
        mask, corner, view = patch
        fixed = self._fixed(line - corner)
        peak = float(np.max(np.abs(value)))
        if peak == 0:
            return
        if np.ndim(value) == 0:
            cv2.polylines(
                mask, [fixed], False, (255,), thickness, cv2.LINE_AA, shift=_SHIFT
            )
            peak = float(value)  # type: ignore[arg-type]
        else:
            shades = np.clip(np.asarray(value) / peak * 255, 0, 255).astype(int)
            for start, end, shade in zip(fixed, fixed[1:], shades, strict=False):
                cv2.line(
                    mask,
                    start.tolist(),
                    end.tolist(),
                    (int(shade),),
                    thickness,
                    cv2.LINE_AA,
                    shift=_SHIFT,
                )
        # The blur lowers a thin line's peak; give it back.
        gain = max(1.0, 2.5 * soft / thickness)
        view += cv2.GaussianBlur(mask.astype(np.float32), (0, 0), max(soft, 0.3)) * (
            gain * peak / 255.0
        )

    def _patch(
        self, points: FloatArray, margin: float
    ) -> tuple[NDArray[np.uint8], FloatArray, FloatImage] | None:
        low = np.floor(points.min(axis=0) - margin).astype(int)
        high = np.ceil(points.max(axis=0) + margin).astype(int) + 1
        low, high = np.maximum(low, 0), np.minimum(high, self.size)
        if (high - low < 2).any():
            return None
        view = self.image[low[1] : high[1], low[0] : high[0]]
        return np.zeros(view.shape, np.uint8), low.astype(float), view

    @staticmethod
    def _fixed(points: FloatArray) -> NDArray[np.int32]:
        limited = np.clip(points, -4000, 4000)
        return np.round(limited * (1 << _SHIFT)).astype(np.int32)
