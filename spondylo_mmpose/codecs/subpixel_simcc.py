"""SimCC labels that keep the fraction of a bin."""

import numpy as np
from mmpose.codecs import SimCCLabel
from mmpose.registry import KEYPOINT_CODECS
from numpy.typing import NDArray

from spondylo_mmpose.decoding.simcc import decode_simcc

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
        return decode_simcc(simcc_x, simcc_y, self.sigma, self.simcc_split_ratio)
