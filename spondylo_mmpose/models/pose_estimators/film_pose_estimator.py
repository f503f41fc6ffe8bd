"""A network that finds all vertebrae of a film in one pass."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmengine.structures import InstanceData
from mmpose.models.pose_estimators.base import BasePoseEstimator
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample
from numpy.typing import NDArray
from torch import Tensor

from spondylo_mmpose.spine.anatomy import hull_boxes


@MODELS.register_module()
class FilmPoseEstimator(BasePoseEstimator):
    """Trunk, neck and a head that answers for the whole film.

    The head's ``predict`` gives the vertebrae of each film in px of the input, see
    :class:`.VertebralAttentionHead`.

    Args:
        *args: Those of MMPose's ``BasePoseEstimator``: ``backbone``, ``neck``,
            ``head``, ``train_cfg``, ``test_cfg`` (with ``flip_test`` for the mirrored
            film too), ``data_preprocessor``.
        **kwargs: As ``args``.
    """

    def loss(
        self, inputs: Tensor, data_samples: Sequence[PoseDataSample]
    ) -> dict[str, Tensor]:
        """Compute the head's losses.

        Args:
            inputs: ``(B, 3, H, W)``.
            data_samples: With the labels that the head needs.
        """
        feats = self.extract_feat(inputs)
        losses: dict[str, Tensor] = self.head.loss(feats, data_samples, self.train_cfg)
        return losses

    def predict(
        self, inputs: Tensor, data_samples: Sequence[PoseDataSample]
    ) -> list[PoseDataSample]:
        """Find vertebrae and their corners.

        Args:
            inputs: ``(B, 3, H, W)``.
            data_samples: With ``warp_mat`` among their meta information.

        Returns:
            The samples with ``pred_instances``: arrays ``keypoints`` ``(N, 4, 2)`` px
            of the film, ``keypoint_scores``, ``keypoints_visible`` and
            ``keypoint_stds`` (px of the film) ``(N, 4)``, hull ``bboxes`` ``(N, 4)``,
            ``bbox_scores`` and ``slots`` ``(N,)``, from the lowest vertebra upward.
        """
        feats: Any = self.extract_feat(inputs)
        if self.test_cfg.get('flip_test', False):
            feats = [feats, self.extract_feat(inputs.flip(-1))]
        found = self.head.predict(feats, data_samples, self.test_cfg)
        fields: Sequence[Any] = [None] * len(data_samples)
        if isinstance(found, tuple):
            found, fields = found
        for sample, instances, field in zip(data_samples, found, fields, strict=True):
            sample.pred_instances = _to_film(instances, sample.warp_mat)
            if field is not None:
                sample.pred_fields = field
        return list(data_samples)


def _to_film(found: InstanceData, warp_mat: NDArray[np.floating]) -> InstanceData:
    """Take what was found in the input to the film."""
    to_film = np.linalg.inv(np.vstack([np.asarray(warp_mat, np.float64), [0, 0, 1]]))
    corners = found.keypoints @ to_film[:2, :2].T + to_film[:2, 2]
    # Side of a square of the film that a pixel of the input comes from.
    size = np.sqrt(abs(np.linalg.det(to_film[:2, :2])))
    return InstanceData(
        keypoints=corners.astype(np.float32),
        keypoint_scores=found.keypoint_scores,
        keypoints_visible=found.keypoint_scores,
        keypoint_stds=(found.keypoint_stds * size).astype(np.float32),
        bboxes=hull_boxes(corners.reshape(-1, 4, 2)).astype(np.float32),
        bbox_scores=found.bbox_scores,
        slots=found.slots,
    )
