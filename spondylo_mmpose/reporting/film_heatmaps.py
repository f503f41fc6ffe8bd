"""Heatmaps of a network that sees a film once, and what its queries looked at."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from mmengine.dataset import pseudo_collate

from spondylo_mmpose.imaging.warp import to_input
from spondylo_mmpose.presentation.drawing import PREDICTION, draw_level, draw_points
from spondylo_mmpose.reporting.run_network import RunNetwork
from spondylo_mmpose.spine.anatomy import LEVELS, FloatArray


@dataclass(frozen=True)
class FilmHeatmaps:
    """What a network says about one film.

    Attributes:
        film_id: Of the film.
        pixels: ``(H, W, 3)`` BGR uint8, the input.
        slots: ``(N,)`` of the vertebrae found, counted upward from S1.
        corners: ``(N, 4, 2)`` px of the input.
        heatmaps: ``(N, 4, h, w)``, over the whole input.
        attention: ``(N, 4, h', w')``, share of each cell in what the last layer's
            queries looked at, mean of its heads; ``None`` without such layers.
    """

    film_id: str
    pixels: np.ndarray
    slots: np.ndarray
    corners: FloatArray
    heatmaps: np.ndarray
    attention: np.ndarray | None


class FilmHeatmapModel(RunNetwork):
    """The network of a run that saw whole films."""

    def draw_from(self, film_ids: Iterable[str]) -> list[FilmHeatmaps]:
        """Run the network on films.

        Raises:
            SpondyloError: If a film cannot be read or the network has no heatmaps.
        """
        head: Any = getattr(self.model, 'head', None)
        if not hasattr(head, 'to_heatmaps'):
            raise self.no_heatmaps()
        layers = head.attention.layers
        if len(layers):
            layers[-1].look.keep_weights = True
        return [self._film(film_id) for film_id in film_ids]

    def _film(self, film_id: str) -> FilmHeatmaps:
        path = str(self.run.film_file(film_id))
        packed = self.pipeline({**self.meta, 'img_path': path})
        with torch.no_grad():
            (sample,) = self.model.test_step(pseudo_collate([packed]))
        found = sample.pred_instances
        slots = np.asarray(found.slots if 'slots' in found else found.slots_from_top)
        maps: Any = sample.pred_fields.heatmaps
        corners = np.asarray(found.keypoints, np.float64).reshape(-1, 4, 2)
        return FilmHeatmaps(
            film_id=film_id,
            pixels=np.ascontiguousarray(packed['inputs'].permute(1, 2, 0).numpy()),
            slots=slots,
            corners=to_input(corners, sample.metainfo['warp_mat']),
            heatmaps=maps.unflatten(0, (-1, 4)).numpy()[slots],
            attention=self._attention(slots, packed['inputs'].shape[-2:]),
        )

    def _attention(self, slots: np.ndarray, size: Any) -> np.ndarray | None:
        layers = self.model.head.attention.layers
        if not len(layers):
            return None
        # (1, heads, queries, cells); the cells are those of the coarsest map, row by
        # row, whose sides are in the proportion of the input's.
        weights = layers[-1].look.weights[0].mean(0)
        rows = round((weights.shape[-1] * size[0] / size[1]) ** 0.5)
        shares: np.ndarray = weights.unflatten(-1, (rows, -1)).numpy()
        return shares.reshape(-1, 4, *shares.shape[-2:])[slots]


def heatmaps_on_film(film: FilmHeatmaps) -> np.ndarray:
    """Draw the heatmaps of all corners over the film, each vertebra in its colour.

    Each corner's heatmap is shown relative to its own peak.

    Args:
        film: The film.

    Returns:
        BGR image of the input's size.
    """
    image = film.pixels.astype(np.float32)
    for slot, maps in zip(film.slots, film.heatmaps, strict=True):
        heat = _stretched(maps, film.pixels.shape)
        image = image * (1 - 0.8 * heat) + _colour(slot) * (0.8 * heat)
    drawn = image.astype(np.uint8)
    for slot, corners in zip(film.slots, film.corners, strict=True):
        draw_points(drawn, corners, PREDICTION, 1.0)
        draw_level(drawn, corners, LEVELS[slot], 1.0)
    return drawn


def attention_tiles(film: FilmHeatmaps, width: int = 200) -> list[np.ndarray]:
    """Draw what the queries of each vertebra looked at, its four corners together.

    Args:
        film: The film; it has attention.
        width: Of a tile, px.

    Returns:
        A BGR image for each vertebra, relative to its own peak.
    """
    assert film.attention is not None
    size = (width, round(film.pixels.shape[0] * width / film.pixels.shape[1]))
    small = cv2.resize(film.pixels, size, interpolation=cv2.INTER_AREA)
    tiles = []
    for maps, corners in zip(film.attention, film.corners, strict=True):
        heat = _stretched(maps.mean(0, keepdims=True), small.shape)
        levels = (255 * heat[..., 0]).astype(np.uint8)
        colour = cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO)
        tile = (small * (1 - 0.7 * heat) + colour * (0.7 * heat)).astype(np.uint8)
        draw_points(tile, corners, PREDICTION, width / film.pixels.shape[1])
        tiles.append(tile)
    return tiles


def _stretched(maps: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Highest of maps ``(K, h, w)`` relative to their peaks, ``(H, W, 1)``."""
    peaks = maps.max((1, 2), keepdims=True)
    relative = (maps / np.maximum(peaks, 1e-12)).clip(0, 1).max(0)
    heat = cv2.resize(relative, shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(heat[..., None], np.float32)


def _colour(slot: int) -> np.ndarray:
    # Neighbours far apart on the wheel of hues; its golden section never repeats.
    hue = round(180 * (0.08 + 0.382 * int(slot))) % 180
    pixel = np.array([[[hue, 230, 255]]], np.uint8)
    return cv2.cvtColor(pixel, cv2.COLOR_HSV2BGR)[0, 0].astype(np.float32)
