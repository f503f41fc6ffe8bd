"""A detector and a top-down pose model as one model for whole films."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from copy import deepcopy
from functools import partial
from typing import Any, cast

import numpy as np
import torch
from mmengine.dataset import Compose, pseudo_collate
from mmengine.model import BaseModel
from mmengine.registry import DefaultScope
from mmengine.structures import InstanceData
from mmpose.datasets.datasets.utils import parse_pose_metainfo
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample
from torch import Tensor, nn

from spondylo_mmpose.datasets.metainfo import vertebra_metainfo
from spondylo_mmpose.evaluation.film_pairs import SCORE_THRESHOLD
from spondylo_mmpose.evaluation.film_samples import as_array
from spondylo_mmpose.models.pose_estimators.film_boxes import (
    BoxSource,
    FilmBoxes,
    FloatArray,
    LoadedFilm,
)
from spondylo_mmpose.spine.boxes import look_in_boxes

MOST_VERTEBRAE = 24
"""Sacrum to skull: no film shows more."""

CROPS_AT_ONCE = 32
"""As many as a recipe tests in one batch; the films of a batch give more."""

TOLD_OF_CORNERS = ('keypoints', 'keypoint_scores', 'keypoint_stds')
"""What is kept of a pose model's answers; not every model has the last."""


@MODELS.register_module()
class DetectThenPose(BaseModel):
    """Whole films in, corners of every vertebra found out.

    Each box goes through the pose model's own test pipeline, so that the model sees
    what it sees when boxes are given. A vertebra's ``bbox_scores`` is the detector's
    score alone: what counts as found is then the same for all pose models, whose
    ``keypoint_scores`` have scales of their own and stand beside it.

    Args:
        detector: Config of a :class:`.FilmDetector`, which may hold a model of whole
            films too, or of :class:`.FileBoxes`.
        pose: Config of the pose model.
        pose_pipeline: Transforms that its recipe tests with, from the one that loads
            the film to the one that packs.
        score_threshold: Boxes with a lower score are left out.
        max_vertebrae: So many boxes of a film are kept, the best.
        passes: How often the pose model looks. From the second time on it gets the
            hull of the corners that it said before. A recipe that tests with mirrored
            pictures too (``flip_test``) does so at the last look.

    Raises:
        ValueError: If it is to look less than once.
    """

    def __init__(
        self,
        detector: Mapping[str, Any],
        pose: Mapping[str, Any],
        pose_pipeline: Sequence[dict],
        score_threshold: float = SCORE_THRESHOLD,
        max_vertebrae: int = MOST_VERTEBRAE,
        passes: int = 1,
    ) -> None:
        super().__init__()
        if passes < 1:
            raise ValueError(f'passes={passes}: the pose model must look once')
        self.detector: nn.Module = MODELS.build(deepcopy(dict(detector)))
        self.pose = MODELS.build({**deepcopy(dict(pose)), '_scope_': 'mmpose'})
        with DefaultScope.overwrite_default_scope('mmpose'):
            self.pose_pipeline = Compose(list(pose_pipeline))
        self.score_threshold = score_threshold
        self.max_vertebrae = max_vertebrae
        self.passes = passes
        meta = parse_pose_metainfo(vertebra_metainfo())
        self._meta = {
            name: meta[name]
            for name in ('dataset_name', 'flip_indices', 'flip_pairs')
            + ('upper_body_ids', 'lower_body_ids')
        }

    def forward(
        self,
        inputs: Sequence[Tensor],
        data_samples: Sequence[PoseDataSample],
        mode: str = 'predict',
    ) -> list[PoseDataSample]:
        """Find vertebrae and their corners.

        Args:
            inputs: ``(3, H, W)`` uint8 of each film.
            data_samples: One for each.
            mode: ``'predict'``; the two models are trained apart.

        Returns:
            The samples with ``pred_instances``: arrays ``keypoints`` ``(N, 4, 2)`` px
            of the film, ``keypoint_scores`` ``(N, 4)``, ``bboxes`` ``(N, 4)`` and
            ``bbox_scores`` ``(N,)`` of the detector, best first, its ``slots``
            ``(N,)`` if it names vertebrae, and ``finder_keypoints`` ``(N, 4, 2)`` px of
            the film if it places corners itself. N may be 0. Of a pose model
            that tells them also ``keypoint_stds`` ``(N, 4)`` px of the film,
            unless no film of the batch shows a vertebra.

        Raises:
            NotImplementedError: In another mode.
        """
        if mode != 'predict':
            raise NotImplementedError('DetectThenPose predicts only')
        films = [
            LoadedFilm(_image(one), sample.get('img_id', -1), sample.get('img_path'))
            for one, sample in zip(inputs, data_samples, strict=True)
        ]
        found = [
            boxes.best(self.score_threshold, self.max_vertebrae, _size(film))
            for film, boxes in zip(
                films, cast(BoxSource, self.detector).find(films), strict=True
            )
        ]
        for sample, instances in zip(
            data_samples, self._place(films, found), strict=True
        ):
            sample.pred_instances = instances
        return list(data_samples)

    def test_step(self, data: dict) -> list[PoseDataSample]:
        """Find vertebrae and their corners; both models move their inputs themselves.

        Args:
            data: ``inputs`` and ``data_samples`` of :meth:`forward`.
        """
        with torch.no_grad():
            return self(data['inputs'], data['data_samples'])

    def _place(
        self, films: Sequence[LoadedFilm], found: Sequence[FilmBoxes]
    ) -> Iterator[InstanceData]:
        counts = [len(boxes.scores) for boxes in found]
        owners = np.repeat(np.arange(len(films)), counts)
        boxes = np.concatenate([one.boxes for one in found])
        look = partial(self._look, [films[i] for i in owners])
        told = look_in_boxes(look, boxes, self.passes)
        for number, one in enumerate(found):
            own = {'slots': one.slots, 'finder_keypoints': one.corners}
            yield InstanceData(
                **{name: values[owners == number] for name, values in told.items()},
                bboxes=one.boxes,
                bbox_scores=one.scores,
                **{name: values for name, values in own.items() if values is not None},
            )

    def _look(
        self, films: Sequence[LoadedFilm], boxes: FloatArray, last: bool
    ) -> dict[str, FloatArray]:
        """What the pose model tells of each box, whose film stands beside it."""
        told: list[InstanceData] = []
        with nullcontext() if last else not_mirrored(self.pose):
            for start in range(0, len(boxes), CROPS_AT_ONCE):
                part = slice(start, start + CROPS_AT_ONCE)
                batch = [
                    self.pose_pipeline(self._as_from_data_set(film, box))
                    for film, box in zip(films[part], boxes[part], strict=True)
                ]
                samples = self.pose.test_step(pseudo_collate(batch))
                told += [sample.pred_instances for sample in samples]
        return {
            name: np.concatenate(
                [as_array(one[name]) for one in told], dtype=np.float32
            )
            for name in TOLD_OF_CORNERS
            if name in told[0]
        }

    def _as_from_data_set(self, film: LoadedFilm, box: FloatArray) -> dict[str, Any]:
        """A vertebra as ``SpondyloDataset`` would hand it to the pipeline."""
        return {
            **deepcopy(self._meta),
            'img': film.image,
            'img_path': film.path,
            'img_id': film.image_id,
            'bbox': box[None],
            'bbox_score': np.ones(1, np.float32),
        }


@contextmanager
def not_mirrored(pose: Any) -> Iterator[None]:
    """Have a model of crops not look at the mirrored ones."""
    before = pose.test_cfg
    pose.test_cfg = {**(before or {}), 'flip_test': False}
    try:
        yield
    finally:
        pose.test_cfg = before


def _image(inputs: Tensor) -> np.ndarray:
    return np.ascontiguousarray(inputs.permute(1, 2, 0).cpu().numpy())


def _size(film: LoadedFilm) -> tuple[int, int]:
    return film.image.shape[1], film.image.shape[0]
