"""UDP heatmaps that are right up to the border of the crop."""

import math

import numpy as np
import torch
from mmpose.codecs import UDPHeatmap
from mmpose.codecs.utils import generate_unbiased_gaussian_heatmaps
from mmpose.registry import KEYPOINT_CODECS
from numpy.typing import NDArray

FloatArray = NDArray[np.floating]

LOW = 0.1
"""Cells below this share of the peak are left out of the fit."""

FARTHEST = 1.0
"""A corner is no farther than this from the highest cell, in cells each way."""


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
        cells, scores = fit_peaks(np.asarray(encoded), self.sigma)
        last = np.array(self.heatmap_size) - 1
        return (cells / last * self.input_size)[None], scores[None]

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
    count, height, width = maps.shape
    flat = maps.reshape(count, -1)
    highest = flat.argmax(1)
    peaks = flat[np.arange(count), highest]
    rows, columns = np.divmod(highest, width)

    reach = max(1, math.ceil(1.5 * sigma))
    steps = np.arange(-reach, reach + 1)
    y, x = (grid.ravel() for grid in np.meshgrid(steps, steps, indexing='ij'))
    at_y, at_x = rows[:, None] + y, columns[:, None] + x
    inside = (at_y >= 0) & (at_y < height) & (at_x >= 0) & (at_x < width)
    index = at_y.clip(0, height - 1) * width + at_x.clip(0, width - 1)
    values = np.take_along_axis(flat, index, 1).astype(np.float64)
    used = inside & (peaks[:, None] > 0) & (values > 0)
    # Relative to the peak, so that maps of any scale are fitted alike.
    shares = np.where(used, values / np.where(peaks > 0, peaks, 1)[:, None], 1)
    logs = np.where(used, np.log(shares), -np.inf)
    offsets = fit_offsets(*map(torch.from_numpy, (logs, x, y))).numpy()
    return np.stack([columns, rows], 1) + offsets, peaks


def fit_offsets(logs: torch.Tensor, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Fit round Gaussians by weighted least squares of their logarithms.

    Args:
        logs: ``(N, P)`` logarithms of values relative to the highest cell's; those of
            values below :data:`LOW` of it are left out, as ``-inf`` is.
        x: ``(P,)`` columns of the cells, counted from the highest.
        y: ``(P,)`` rows of the cells.

    Returns:
        ``(N, 2)`` offsets of the centres from the highest cells, x and y in cells,
        float64; 0 where no Gaussian fits.
    """
    x, y, logs = x.double(), y.double(), logs.double()
    terms = torch.stack([torch.ones_like(x), x, y, x * x + y * y], 1)
    used = logs > math.log(LOW)
    weights = torch.where(used, (2 * logs).exp(), 0)
    logs = torch.where(used, logs, 0)
    matrix = torch.einsum('np,pi,pj->nij', weights, terms, terms)
    vector = torch.einsum('np,pi->ni', weights * logs, terms)
    # Far too small to move a fit, enough for the maps that allow none.
    matrix = matrix + 1e-9 * torch.eye(4, dtype=matrix.dtype, device=matrix.device)
    slopes = torch.linalg.solve(matrix, vector)
    curve = slopes[:, 3:]
    bent = curve < -1e-3
    offsets = slopes[:, 1:3] / (-2 * torch.where(bent, curve, -1))
    return torch.where(bent, offsets, 0).clamp(-FARTHEST, FARTHEST)
