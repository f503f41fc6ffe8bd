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

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.imaging.warp import to_film
from spondylo_mmpose.models.heads.slot_answers import SlotAnswers, mean_answers
from spondylo_mmpose.models.layers.monte_carlo_dropout import (
    dropout_layers,
    dropout_switched_on,
)
from spondylo_mmpose.spine.anatomy import LEVELS, hull_boxes
from spondylo_mmpose.uncertainty.calibration import LEARNED, Calibration
from spondylo_mmpose.uncertainty.calibration_file import load_calibration


@MODELS.register_module()
class FilmPoseEstimator(BasePoseEstimator):
    """Trunk, neck and a head that answers for the whole film.

    The head's ``answers`` are those of each slot and its ``told`` the vertebrae among
    them, in px of the input; see :class:`.VertebralAttentionHead`.

    Args:
        *args: Those of MMPose's ``BasePoseEstimator``: ``backbone``, ``neck``,
            ``head``, ``train_cfg``, ``test_cfg``, ``data_preprocessor``. ``test_cfg``
            may have, beside what the head knows,

            * ``flip_test``: look at the mirrored film too (false),
            * ``mc_dropout``: look so many times, two or more, with dropout layers
              switched on, and nothing else in training mode (0: once, without);
              answers are :func:`.mean_answers`,
            * ``mc_dropout_seed``: of what is dropped (0),
            * ``count_from``: ``'lowest'``, where slot 0 is S1, or ``'top'`` for models
              trained the published way, whose slots name nothing (``'lowest'``),
            * ``uncertainty``: file of :func:`.load_calibration`, which corrects
              ``keypoint_stds``.
        **kwargs: As ``args``.

    Raises:
        SpondyloError: While predicting, if the calibration cannot be read or was
            learned with another ``mc_dropout``, or if there is no dropout layer.
    """

    _calibration: tuple[str, Calibration] | None = None

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
            ``bbox_scores`` and ``slots`` ``(N,)``, from the lowest vertebra upward;
            ``slots_from_top`` instead where slots are counted from there. The meta
            information ``std_origin`` says how ``keypoint_stds`` came about.
        """
        settings = self.test_cfg
        origin, calibration = self._std_origin()
        pictures = [inputs]
        if settings.get('flip_test', False):
            pictures.append(inputs.flip(-1))
        if settings.get('mc_dropout'):
            answers = mean_answers(self._passes(pictures))
        else:
            feats: Any = [self.extract_feat(picture) for picture in pictures]
            feats = feats if len(feats) > 1 else feats[0]
            answers = self.head.answers(feats, settings)
        found = self.head.told(answers, settings)
        fields: Sequence[Any] = [None] * len(data_samples)
        if isinstance(found, tuple):
            found, fields = found
        for sample, instances, field in zip(data_samples, found, fields, strict=True):
            told = _to_film(instances, sample.warp_mat, calibration)
            if settings.get('count_from', 'lowest') == 'top':
                told.slots_from_top = told.pop('slots')
            sample.pred_instances = told
            sample.set_metainfo({'std_origin': origin})
            if field is not None:
                sample.pred_fields = field
        return list(data_samples)

    def _passes(self, pictures: Sequence[Tensor]) -> list[SlotAnswers]:
        """Answers with dropout, ``mc_dropout`` of them."""
        settings = self.test_cfg
        # What comes before the first dropout layer says the same every time.
        fixed = None
        if not dropout_layers(self.backbone):
            fixed = [self.backbone(picture) for picture in pictures]
        passes = []
        with dropout_switched_on(self, settings.get('mc_dropout_seed', 0)):
            for _ in range(settings['mc_dropout']):
                maps = fixed or [self.backbone(picture) for picture in pictures]
                feats = [self.neck(one) for one in maps] if self.with_neck else maps
                one = feats if len(feats) > 1 else feats[0]
                passes.append(self.head.answers(one, settings))
        return passes

    def _std_origin(self) -> tuple[str, Calibration | None]:
        passes, path = (self.test_cfg.get(k) for k in ('mc_dropout', 'uncertainty'))
        origin = f'mc_dropout={passes}' if passes else LEARNED
        if not path:
            return origin, None
        if self._calibration is None or self._calibration[0] != path:
            self._calibration = path, load_calibration(path)
        calibration = self._calibration[1]
        if calibration.scales is not None and calibration.std_origin != origin:
            raise SpondyloError(
                f'{path}: was learned with {calibration.std_origin}, but the model '
                f'predicts with {origin}; calibrate it as it is used'
            )
        return f'calibrated from {origin}', calibration


def _to_film(
    found: InstanceData,
    warp_mat: NDArray[np.floating],
    calibration: Calibration | None,
) -> InstanceData:
    """Take what was found in the input to the film."""
    corners, side = to_film(found.keypoints, warp_mat)
    stds = found.keypoint_stds * side
    if calibration is not None:
        levels = [LEVELS[slot] if slot < len(LEVELS) else None for slot in found.slots]
        # Of no vertebrae it cannot be seen whether the model tells deviations.
        is_told = not np.isnan(stds).all() if stds.size else calibration.scales
        stds = calibration.stds(stds if is_told else None, levels, corners)
    return InstanceData(
        keypoints=corners.astype(np.float32),
        keypoint_scores=found.keypoint_scores,
        keypoints_visible=found.keypoint_scores,
        keypoint_stds=stds.astype(np.float32),
        bboxes=hull_boxes(corners.reshape(-1, 4, 2)).astype(np.float32),
        bbox_scores=found.bbox_scores,
        slots=found.slots,
    )
