"""SimCC labels that keep the fraction of a bin."""

import math

import numpy as np
from mmpose.codecs import SimCCLabel
from mmpose.registry import KEYPOINT_CODECS
from numpy.typing import NDArray

FloatArray = NDArray[np.floating]


@KEYPOINT_CODECS.register_module()
class SubpixelSimCC(SimCCLabel):
    """One Gaussian along x and one along y (Li et al., SimCC, ECCV 2022).

    Heads and losses are those of :class:`mmpose.codecs.SimCCLabel`, whose labels this
    mends in three ways:

    - A corner lies between the bins where it lies between the pixels. There it is
      rounded to a bin, half a pixel at a split ratio of 2, and read off as one.
    - The bins are symmetric about the crop's middle: bin ``i`` is at
      ``(i + 0.5) / split_ratio - 0.5`` px. There bin 0 is at pixel 0, so that the
      bins of a mirrored crop, read backwards, are one bin off, and the flip test shifts
      corners by a quarter of a pixel.
    - Decoding fits a parabola to the highest bins, as many as there are at the border.

    Args:
        input_size: ``(width, height)`` of the crop, px.
        sigma: Standard deviations of the Gaussians along x and y, bins.
        simcc_split_ratio: Bins per px.

    Raises:
        ValueError: If a number is not positive.
    """

    def __init__(
        self,
        input_size: tuple[int, int],
        sigma: tuple[float, float] = (4.9, 4.9),
        simcc_split_ratio: float = 2.0,
    ) -> None:
        if not min(*sigma, simcc_split_ratio) > 0:
            raise ValueError(
                'sigma and simcc_split_ratio must be above 0, not '
                f'{sigma} and {simcc_split_ratio}'
            )
        super().__init__(
            tuple(input_size),
            sigma=tuple(sigma),
            simcc_split_ratio=simcc_split_ratio,
            normalize=False,
        )

    def encode(
        self, keypoints: FloatArray, keypoints_visible: FloatArray | None = None
    ) -> dict[str, FloatArray]:
        """Draw the corners of vertebrae.

        Args:
            keypoints: ``(N, K, 2)`` px of the crop.
            keypoints_visible: ``(N, K)``; all visible by default.

        Returns:
            ``keypoint_x_labels`` ``(N, K, bins across)`` and ``keypoint_y_labels``
            ``(N, K, bins down)`` with 1 at the corner; ``keypoint_weights`` ``(N, K)``:
            0, and empty labels, where a corner is invisible or three sigma outside.
        """
        if keypoints_visible is None:
            keypoints_visible = np.ones(keypoints.shape[:2], dtype=np.float32)
        ratio = self.simcc_split_ratio
        bins = np.around(np.array(self.input_size) * ratio).astype(int)
        centres = (np.asarray(keypoints, np.float64) + 0.5) * ratio - 0.5
        reach = 3 * self.sigma
        near = (centres > -1 - reach) & (centres < bins + reach)
        counts = near.all(-1) & (keypoints_visible >= 0.5)
        labels = {}
        for axis, name in enumerate('xy'):
            distance = np.arange(bins[axis]) - centres[..., axis, None]
            label = np.exp(-((distance / self.sigma[axis]) ** 2) / 2)
            labels[f'keypoint_{name}_labels'] = np.where(
                counts[..., None], label, 0
            ).astype(np.float32)
        weights = np.where(counts, keypoints_visible, 0).astype(np.float32)
        return dict(**labels, keypoint_weights=weights)

    def decode(
        self, simcc_x: FloatArray, simcc_y: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Find the corners.

        Args:
            simcc_x: ``(K, bins across)`` or ``(N, K, bins across)``.
            simcc_y: The same down.

        Returns:
            Corners ``(N, K, 2)`` px of the crop; scores ``(N, K)``, the lower of the
            two peaks.
        """
        found, heights = [], []
        for vectors, sigma in zip((simcc_x, simcc_y), self.sigma, strict=True):
            vectors = vectors.reshape(-1, *vectors.shape[-2:])
            tops, peaks = fit_tops(vectors.reshape(-1, vectors.shape[-1]), sigma)
            found.append(tops.reshape(vectors.shape[:2]))
            heights.append(peaks.reshape(vectors.shape[:2]))
        corners = (np.stack(found, -1) + 0.5) / self.simcc_split_ratio - 0.5
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
