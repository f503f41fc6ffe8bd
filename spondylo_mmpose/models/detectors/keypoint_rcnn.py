"""Keypoint R-CNN for whole films."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from mmdet.models.detectors import TwoStageDetector
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample
from torch import Tensor

from spondylo_mmpose.imaging.warp import to_film

HALF_PIXEL = 0.5
"""From px whose whole numbers are centres to continuous px, as RoIAlign has them."""


@MODELS.register_module()
class KeypointRCNN(TwoStageDetector):
    """MMDet's two-stage detector as a pose estimator of MMPose.

    It learns from and answers with MMPose's data samples: ``gt_instance_labels`` as
    :class:`.FilmTargets` makes them, ``pred_instances`` with the corners of every
    vertebra found, in px of the film. Any vertebra is of the one class.

    Args:
        *args: Those of MMDet's ``TwoStageDetector``; its ``roi_head`` must be a
            :class:`.KeypointRoIHead`.
        **kwargs: As ``args``.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # In mixed precision the layers compute in half the bits; box arithmetic, NMS
        # and RoIAlign don't: MMCV has them for no bfloat16, and it is too coarse.
        for part in (self.rpn_head, self.roi_head.bbox_head):
            part.register_forward_hook(lambda module, inputs, out: _in_float32(out))

    def extract_feat(self, batch_inputs: Tensor) -> tuple[Tensor, ...]:
        """Compute the feature pyramid ``(B, C, H / stride, W / stride)``, float32."""
        features: tuple[Tensor, ...] = _in_float32(super().extract_feat(batch_inputs))
        return features

    def loss(
        self, batch_inputs: Tensor, batch_data_samples: Sequence[PoseDataSample]
    ) -> dict[str, Tensor]:
        """Compute the losses of proposals, boxes and corners.

        Args:
            batch_inputs: ``(B, 3, H, W)``.
            batch_data_samples: With ``gt_instance_labels``.
        """
        shape = _shape(batch_inputs)
        samples = [_to_detection(sample, shape) for sample in batch_data_samples]
        losses: dict[str, Tensor] = super().loss(batch_inputs, samples)
        return losses

    def predict(
        self, batch_inputs: Tensor, batch_data_samples: Sequence[PoseDataSample]
    ) -> list[PoseDataSample]:
        """Find vertebrae and their corners.

        Args:
            batch_inputs: ``(B, 3, H, W)``.
            batch_data_samples: With ``warp_mat`` among their meta information.

        Returns:
            The samples with ``pred_instances``: arrays ``keypoints`` ``(N, 4, 2)`` px
            of the film, ``keypoint_scores`` and ``keypoints_visible`` ``(N, 4)``,
            ``bboxes`` ``(N, 4)`` and ``bbox_scores`` ``(N,)``, best first.
        """
        shape = _shape(batch_inputs)
        empty = [_without_truth(shape) for _ in batch_data_samples]
        found = super().predict(batch_inputs, empty, rescale=False)
        for sample, detected in zip(batch_data_samples, found, strict=True):
            sample.pred_instances = _to_film(detected.pred_instances, sample.warp_mat)
        return list(batch_data_samples)

    def _forward(
        self, batch_inputs: Tensor, batch_data_samples: Any = None
    ) -> tuple[Any, ...]:
        """Run the networks alone, for counting what they cost."""
        shape = _shape(batch_inputs)
        outputs: tuple[Any, ...] = super()._forward(
            batch_inputs, [_without_truth(shape) for _ in batch_inputs]
        )
        return outputs


def _in_float32(values: Any) -> Any:
    if isinstance(values, Tensor):
        return values.float()
    return type(values)(_in_float32(value) for value in values)


def _shape(batch: Tensor) -> tuple[int, int]:
    return int(batch.shape[-2]), int(batch.shape[-1])


def _without_truth(shape: tuple[int, int]) -> DetDataSample:
    meta = {'img_shape': shape, 'pad_shape': shape, 'batch_input_shape': shape}
    return DetDataSample(metainfo=meta)


def _to_detection(sample: PoseDataSample, shape: tuple[int, int]) -> DetDataSample:
    labels = sample.gt_instance_labels
    trained = labels.bbox_weights > 0
    truth, ignored = labels[trained], labels[~trained]
    result = _without_truth(shape)
    result.gt_instances = InstanceData(
        bboxes=truth.bboxes + HALF_PIXEL,
        labels=torch.zeros_like(truth.bbox_weights, dtype=torch.long),
        keypoints=truth.keypoint_labels + HALF_PIXEL,
        keypoint_weights=truth.keypoint_weights,
    )
    result.ignored_instances = InstanceData(
        bboxes=ignored.bboxes + HALF_PIXEL,
        labels=torch.zeros_like(ignored.bbox_weights, dtype=torch.long),
    )
    return result


def _to_film(found: InstanceData, warp_mat: Any) -> InstanceData:
    """Take what was found in the input to the film, as arrays."""

    def moved(points: Tensor) -> np.ndarray:
        own = points.detach().cpu().double().numpy().reshape(-1, 2) - HALF_PIXEL
        own, _ = to_film(own, warp_mat)
        return own.reshape(points.shape).astype(np.float32)

    scores = found.keypoint_scores.detach().cpu().numpy()
    return InstanceData(
        keypoints=moved(found.keypoints),
        keypoint_scores=scores,
        keypoints_visible=scores,
        bboxes=moved(found.bboxes),
        bbox_scores=found.scores.detach().cpu().numpy(),
    )
