"""Heatmaps of a network over the crops that it was given."""

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from mmengine.dataset import Compose, pseudo_collate
from mmengine.registry import init_default_scope
from mmpose.datasets.datasets.utils import parse_pose_metainfo
from mmpose.registry import MODELS

from spondylo_mmpose.datasets.spondylo_dataset import SpondyloDataset
from spondylo_mmpose.engine.checkpoint import check_fits, load_checkpoint_file
from spondylo_mmpose.engine.launch import explain_config_errors, forget_pretrained
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.reporting.drawing import PREDICTION, TRUTH, draw_points
from spondylo_mmpose.reporting.run_record import RunRecord
from spondylo_mmpose.spine.anatomy import FloatArray
from spondylo_mmpose.utils.io import file_digest


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


class HeatmapModel:
    """The network of a run, ready to give its heatmaps.

    Args:
        run: A run with boxes given and a config.
        checkpoint: Its weights.

    Raises:
        SpondyloError: If there is no config, the model cannot be built, or the
            checkpoint is damaged, of another model, or not the one that the run's
            predictions were made with.
    """

    def __init__(self, run: RunRecord, checkpoint: str | Path) -> None:
        if run.config is None:
            raise SpondyloError(
                f'{run.path}: has no config; heatmaps need the work directory of a run'
            )
        content = load_checkpoint_file(checkpoint)
        told = run.facts and run.facts.checkpoint
        if told and told.sha256 != file_digest(Path(checkpoint)):
            raise SpondyloError(
                f'{checkpoint}: is not the checkpoint of these predictions, which is '
                f'{told.name} (SHA-256 {told.sha256[:16]}...)'
            )
        config = run.config.copy()
        init_default_scope('mmpose')
        # The checkpoint has all the weights; do not fetch pretrained ones first.
        forget_pretrained(config)
        config.model.setdefault('test_cfg', {})
        config.model.test_cfg.output_heatmaps = True
        with explain_config_errors(config):
            self.model: Any = MODELS.build(config.model)
            self.pipeline = Compose(config.test_dataloader.dataset.pipeline)
        check_fits(checkpoint, self.model, content)
        state = content['state_dict']
        state = {name.removeprefix('module.'): value for name, value in state.items()}
        self.model.load_state_dict(state, strict=False)
        self.model.eval()
        self.meta = parse_pose_metainfo(dict(SpondyloDataset.METAINFO))
        self.run = run

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
            raise self._none() from error
        fields: Any = sample.get('pred_fields')
        if fields is None or 'heatmaps' not in fields:
            raise self._none()
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

    def _none(self) -> SpondyloError:
        head = type(getattr(self.model, 'head', self.model)).__name__
        return SpondyloError(
            f'{self.run.name}: {head} gives no heatmaps; leave --heatmaps out'
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
