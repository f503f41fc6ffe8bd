"""Heatmaps of a network over the crops that it was given."""

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from mmengine.dataset import pseudo_collate

from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.presentation.drawing import PREDICTION, TRUTH, draw_points
from spondylo_mmpose.reporting.run_network import RunNetwork
from spondylo_mmpose.spine.anatomy import FloatArray


@dataclass(frozen=True)
class CropHeatmap:
    """What a network says about one crop.

    Attributes:
        record: The vertebra.
        pixels: ``(H, W, 3)`` BGR uint8, the crop.
        heatmaps: ``(4, h, w)``, one for each corner, over the whole crop.
        corners: ``(4, 2)`` px of the film, what the network finds now.
        start: Upper left corner of the crop on the film, px.
        scale: px of the crop for one px of the film, ``(x, y)``.
        is_product: Whether the heatmaps are products of distributions along x and y,
            which is all that the network gives.
    """

    record: VertebraRecord
    pixels: np.ndarray
    heatmaps: np.ndarray
    corners: FloatArray
    start: FloatArray
    scale: FloatArray
    is_product: bool

    def on_crop(self, points: FloatArray) -> FloatArray:
        """Bring points of the film ``(N, 2)`` onto the crop."""
        return np.asarray((points - self.start) * self.scale, np.float64)


class HeatmapModel(RunNetwork):
    """The network of a run whose boxes were given."""

    def draw_from(self, records: Iterable[VertebraRecord]) -> list[CropHeatmap]:
        """Run the network on the crops of vertebrae.

        Raises:
            SpondyloError: If a film cannot be read or the network has no heatmaps.
        """
        return [self._crop(record) for record in records]

    def _crop(self, record: VertebraRecord) -> CropHeatmap:
        packed = self.pipeline(
            {
                **self.meta,
                'img_path': str(self.run.film_file(record.film_id)),
                'bbox': np.asarray(record.box, np.float32)[None],
                'bbox_score': np.ones(1, np.float32),
            }
        )
        pixels = packed['inputs'].permute(1, 2, 0).numpy()
        try:
            with torch.no_grad(), warnings.catch_warnings():
                # What is normalised for drawing is told on the page.
                warnings.simplefilter('ignore', UserWarning)
                (sample,) = self.model.test_step(pseudo_collate([packed]))
        except NotImplementedError as error:
            raise self.no_heatmaps() from error
        fields: Any = sample.get('pred_fields')
        if fields is None or 'heatmaps' not in fields:
            raise self.no_heatmaps()
        meta = sample.metainfo
        size, scale, centre = (
            np.asarray(meta[name], np.float64).reshape(2)
            for name in ('input_size', 'input_scale', 'input_center')
        )
        return CropHeatmap(
            record=record,
            pixels=np.ascontiguousarray(pixels),
            heatmaps=np.asarray(fields.heatmaps.cpu().numpy(), np.float32),
            corners=np.asarray(sample.pred_instances.keypoints, float).reshape(4, 2),
            start=centre - scale / 2,
            scale=size / scale,
            is_product='keypoint_x_labels' in sample.pred_instances,
        )


def largest_change(crops: Sequence[CropHeatmap]) -> float:
    """Largest distance (px) between the corners found now and those of the run."""
    apart = [
        np.linalg.norm(crop.corners - crop.record.predicted, axis=-1) for crop in crops
    ]
    return float(np.max(apart)) if apart else float('nan')


def heatmap_tile(crop: CropHeatmap, width: int = 200) -> np.ndarray:
    """Draw a crop with the heatmaps of all corners and the true and predicted ones.

    Each corner's heatmap is shown relative to its own peak.

    Args:
        crop: The crop.
        width: Of the picture, px.

    Returns:
        BGR image.
    """
    zoom = width / crop.pixels.shape[1]
    size = (width, round(crop.pixels.shape[0] * zoom))
    image = cv2.resize(crop.pixels, size, interpolation=cv2.INTER_CUBIC)
    peaks = crop.heatmaps.max((1, 2), keepdims=True)
    relative = (crop.heatmaps / np.maximum(peaks, 1e-12)).clip(0, 1).max(0)
    heat = cv2.resize(relative, size, interpolation=cv2.INTER_LINEAR)[..., None]
    colour = cv2.applyColorMap((255 * heat).astype(np.uint8), cv2.COLORMAP_INFERNO)
    mixed = (image * (1 - 0.75 * heat) + colour * (0.75 * heat)).astype(np.uint8)
    for corners, ink in (
        (crop.record.true, TRUTH),
        (crop.record.predicted, PREDICTION),
    ):
        draw_points(mixed, crop.on_crop(corners), ink, zoom)
    return mixed
