"""Corners out of heatmaps: many at once, against MMPose's loop over samples."""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from mmpose.codecs import MSRAHeatmap, UDPHeatmap
from mmpose.codecs.base import BaseKeypointCodec
from mmpose.models.heads import HeatmapHead
from numpy.typing import NDArray

from spondylo_mmpose.benchmarks.spread import Spread, spread_of
from spondylo_mmpose.codecs import GaussianFitHeatmap
from spondylo_mmpose.decoding.heatmaps import find_logit_peaks
from spondylo_mmpose.models.heads.heatmap_peaks import find_peaks
from spondylo_mmpose.spine.anatomy import CORNERS
from spondylo_mmpose.utils.machine import torch_threads

CROP, CELLS, SIGMA = (192, 192), (48, 48), 2.0
"""As our recipes of heatmaps have them."""

WIDER = 1.3
"""Blobs that networks give are wider than those they learned."""

NOISE = 0.01
"""Standard deviation of the cells, as a share of a peak."""

PEAKS = 'find_peaks on logits (MAHT-Net, ours)'
ARRAYS = 'find_logit_peaks on logits (ONNX, ours)'
_OF_LOGITS = (PEAKS, ARRAYS)

FloatArray = NDArray[np.floating]
Decode = Callable[[torch.Tensor], FloatArray]

NOTES = (
    'four corners of each vertebra, maps of 48 x 48 cells for crops of 192 px, blobs '
    'with noise, decoded from torch tensors to arrays in px of the crop',
    "MMPose's codecs with DARK (unbiased) decoding, by HeatmapHead.decode, which loops "
    'over samples; ours by the same call, which then hands over the batch',
    'difference: of corners from those of GaussianFitHeatmap on the same maps; MSRA '
    'has another grid, and its corners are compared in cells',
    'error: from the centres that the blobs were drawn around, all of them 8 cells or '
    'more from the border',
)


def measure_decoding(
    vertebrae: Sequence[int] = (1, 8, 64),
    repeats: int = 30,
    threads: int = 1,
    seed: int = 0,
) -> dict[str, Any]:
    """Time decoders on the same maps, by turns.

    Args:
        vertebrae: Sizes of batches.
        repeats: Turns of each decoder.
        threads: Of torch.
        seed: Of the maps.

    Returns:
        For a JSON file: ``notes`` and ``rows``, for each number of ``vertebrae`` and
        ``decoder`` the ``seconds`` of a batch, ``microseconds_per_vertebra``,
        ``difference_px`` and ``error_px`` (largest of a coordinate).
    """
    rows = []
    with torch_threads(threads), torch.no_grad():
        for number in vertebrae:
            cells, maps = draw_maps(number, seed)
            work = {
                name: partial(decode, _logits(maps) if name in _OF_LOGITS else maps)
                for name, decode in decoders_of().items()
            }
            found = {name: decode() for name, decode in work.items()}
            times = _by_turns(work, repeats)
            ours = next(iter(found.values()))
            scale = (CROP[0] - 1) / (CELLS[0] - 1)
            for name, corners in found.items():
                rows.append(
                    {
                        'vertebrae': number,
                        'decoder': name,
                        'seconds': times[name].as_json(),
                        'microseconds_per_vertebra': 1e6 * times[name].median / number,
                        'difference_px': float(np.abs(corners - ours).max() * scale),
                        'error_px': float(np.abs(corners - cells).max() * scale),
                    }
                )
    return {'threads': threads, 'notes': list(NOTES), 'rows': rows}


def draw_maps(number: int, seed: int = 0) -> tuple[FloatArray, torch.Tensor]:
    """Maps as a network gives them.

    Args:
        number: Of vertebrae.
        seed: Of places and noise.

    Returns:
        Places ``(N, 4, 2)``, x and y in cells, and maps ``(N, 4, H, W)``.
    """
    rng = np.random.default_rng(seed)
    width, height = CELLS
    cells = rng.uniform(8, np.subtract(CELLS, 9), (number, len(CORNERS), 2))
    x = np.arange(width) - cells[..., :1]
    y = np.arange(height) - cells[..., 1:]
    square = y[..., :, None] ** 2 + x[..., None, :] ** 2
    maps = np.exp(-square / (2 * (WIDER * SIGMA) ** 2))
    maps += rng.normal(0, NOISE, maps.shape)
    return cells, torch.from_numpy(maps.astype(np.float32))


def decoders_of() -> dict[str, Decode]:
    """Decoders from maps to cells, ``(N, 4, H, W)`` to ``(N, 4, 2)``; ours first."""
    # Both grids of UDP: MMPose decodes to the frame of the crop.
    udp = np.divide(np.subtract(CELLS, 1), CROP)
    # A cell of this grid begins where its px do.
    msra = np.divide(CELLS, CROP)
    return {
        'GaussianFitHeatmap (ours)': _by_head(
            GaussianFitHeatmap(CROP, CELLS, SIGMA), udp
        ),
        PEAKS: _by_peaks,
        ARRAYS: _by_arrays,
        'UDPHeatmap (MMPose)': _by_head(UDPHeatmap(CROP, CELLS, sigma=SIGMA), udp),
        'MSRAHeatmap (MMPose)': _by_head(
            MSRAHeatmap(CROP, CELLS, SIGMA, unbiased=True), msra
        ),
    }


def _by_head(codec: BaseKeypointCodec, to_cells: FloatArray) -> Decode:
    """As a head of MMPose does it."""
    head = HeatmapHead(1, len(CORNERS), deconv_out_channels=None)
    head.decoder = codec

    def decode(maps: torch.Tensor) -> FloatArray:
        instances = head.decode(maps)
        corners = np.concatenate([one.keypoints for one in instances])
        return np.asarray(corners * to_cells, np.float64)

    return decode


def _by_peaks(logits: torch.Tensor) -> FloatArray:
    return find_peaks(logits).cells.numpy().astype(np.float64)


def _by_arrays(logits: torch.Tensor) -> FloatArray:
    return find_logit_peaks(logits.numpy()).cells.astype(np.float64)


def _logits(maps: torch.Tensor) -> torch.Tensor:
    """What a network whose heatmaps are distributions gives instead."""
    return maps.clamp(min=1e-4).log()


def _by_turns(work: Mapping[str, Callable[[], Any]], repeats: int) -> dict[str, Spread]:
    times: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(repeats):
        for name, decode in work.items():
            start = time.perf_counter()
            decode()
            times[name].append(time.perf_counter() - start)
    return {name: spread_of(seconds) for name, seconds in times.items()}
