"""UDP heatmaps that are right up to the border of the crop."""

import numpy as np
import torch
from mmpose.codecs import UDPHeatmap
from mmpose.codecs.utils import generate_unbiased_gaussian_heatmaps
from mmpose.registry import KEYPOINT_CODECS
from numpy.typing import NDArray

from spondylo_mmpose.decoding.heatmaps import decode_heatmaps

FloatArray = NDArray[np.floating]


@KEYPOINT_CODECS.register_module()
class GaussianFitHeatmap(UDPHeatmap):
    """Gaussian heatmaps on the grid of UDP, decoded by fitting a Gaussian.

    The coordinates are those of :class:`mmpose.codecs.UDPHeatmap` (Huang et al., "The
    devil is in the details", CVPR 2020), so that the pipeline's ``use_udp=True`` and
    the networks are the same. Two things differ, both near the border:

    - The Gaussian reaches over the whole map. Cut at three sigma, as there, it is moved
      by one cell near the border unless three sigma are a whole number.
    - The logarithm of a Gaussian is a paraboloid. It is fitted around the highest cell
      by least squares with the squared values as weights (Guo, "A simple algorithm for
      fitting a Gaussian function", IEEE Signal Processing Magazine, 2011), over the
      cells there are. Blurring first and taking derivatives at the highest cell, as
      DARK does (Zhang et al., CVPR 2020), pulls corners inwards near the border, where
      the blur finds nothing beyond it.

    Args:
        input_size: ``(width, height)`` of the crop, px.
        heatmap_size: ``(width, height)`` of the maps, cells.
        sigma: Standard deviation of the Gaussians, cells.

    Raises:
        ValueError: If sigma is not positive, or a map is smaller than the fit.
    """

    support_batch_decoding = True

    def __init__(
        self,
        input_size: tuple[int, int],
        heatmap_size: tuple[int, int],
        sigma: float = 2.0,
    ) -> None:
        if not sigma > 0:
            raise ValueError(f'sigma must be above 0, not {sigma}')
        if min(heatmap_size) < 3:
            raise ValueError(f'heatmap_size must be 3 or more, not {heatmap_size}')
        super().__init__(tuple(input_size), tuple(heatmap_size), sigma=sigma)

    def encode(
        self, keypoints: FloatArray, keypoints_visible: FloatArray | None = None
    ) -> dict[str, FloatArray]:
        """Draw the corners of one vertebra.

        Args:
            keypoints: ``(1, K, 2)`` px of the crop.
            keypoints_visible: ``(1, K)``; all visible by default.

        Returns:
            ``heatmaps`` ``(K, H, W)`` with 1 at the corner, and ``keypoint_weights``
            ``(1, K)``: 0 where a corner is invisible or three sigma outside.
        """
        if keypoints_visible is None:
            keypoints_visible = np.ones(keypoints.shape[:2], dtype=np.float32)
        heatmaps, weights = generate_unbiased_gaussian_heatmaps(
            self.heatmap_size,
            keypoints / self.scale_factor,
            keypoints_visible,
            self.sigma,
        )
        return dict(heatmaps=heatmaps, keypoint_weights=weights)

    def decode(self, encoded: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Find the corners in the maps of one vertebra.

        Args:
            encoded: Heatmaps ``(K, H, W)``.

        Returns:
            Corners ``(1, K, 2)`` in the px that MMPose expects of a UDP codec: the crop
            is as wide as its frame on the film. And scores ``(1, K)``, the height of
            the peaks.
        """
        corners, scores = decode_heatmaps(
            np.asarray(encoded), self.sigma, self.input_size
        )
        return corners[None], scores[None]

    def batch_decode(
        self, batch_encoded: torch.Tensor
    ) -> tuple[FloatArray, FloatArray]:
        """Find the corners of many vertebrae at once.

        Args:
            batch_encoded: Heatmaps ``(B, K, H, W)`` on any device.

        Returns:
            Corners ``(B, 1, K, 2)`` and scores ``(B, 1, K)`` as of :meth:`decode`.
        """
        maps = batch_encoded.detach().float().cpu().numpy()
        batch, corners = maps.shape[:2]
        keypoints, scores = self.decode(maps.reshape(-1, *maps.shape[2:]))
        return (
            keypoints.reshape(batch, 1, corners, 2),
            scores.reshape(batch, 1, corners),
        )
