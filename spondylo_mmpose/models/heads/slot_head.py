"""How what a network says of slots becomes vertebrae with corners."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mmengine.structures import PixelData
from mmpose.models.heads import BaseHead
from mmpose.structures import PoseDataSample
from torch import Tensor

from spondylo_mmpose.decoding.heatmaps import LOGIT_REACH, cells_to_px
from spondylo_mmpose.decoding.joint_corners import candidates_of
from spondylo_mmpose.models.heads.heatmap_peaks import choose_peaks, find_peaks
from spondylo_mmpose.models.heads.slot_answers import SlotAnswers
from spondylo_mmpose.models.heads.slot_outputs import SlotOutputs


class SlotHead(BaseHead):
    """A head that says something of each slot, and reads it.

    Args:
        slots: Vertebrae that a picture may show, the lowest first.
        stride: Px of the input in a cell of the finest map.
        tells_presence: Whether it says of a slot that a vertebra is there; how much of
            the heatmaps' mass lies at their peaks tells otherwise.
        init_cfg: Initialisation.
    """

    def __init__(
        self,
        slots: int,
        stride: int,
        tells_presence: bool,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.slots = slots
        self.stride = stride
        self.tells_presence = tells_presence

    @abstractmethod
    def forward(self, feats: Sequence[Tensor]) -> SlotOutputs:
        """Run the network.

        Args:
            feats: Maps from fine to coarse.
        """

    def predict(
        self,
        feats: Sequence[Tensor] | Sequence[Sequence[Tensor]],
        batch_data_samples: Sequence[PoseDataSample],
        test_cfg: Mapping[str, Any] | None = None,
    ) -> Any:
        """Find the vertebrae in crops, for MMPose's top-down estimator.

        It moves corners to the film afterwards and knows no deviations, so those come
        in px of the film.

        Args:
            feats: Maps from fine to coarse; with ``flip_test`` two such, the second of
                the mirrored film.
            batch_data_samples: One for each film.
            test_cfg: ``presence_threshold`` (0.3; 0 gives every slot), ``subpixel``
                (true), ``candidates`` of each corner from which
                :func:`.choose_corners` chooses (3; 1 for the highest), ``flip_test``
                (false), ``output_heatmaps`` (false).

        Returns:
            See :meth:`told`, with ``keypoint_stds`` in px of the film.
        """
        found = self.told(self.answers(feats, test_cfg), test_cfg)
        for instances, sample in zip(
            found[0] if isinstance(found, tuple) else found,
            batch_data_samples,
            strict=True,
        ):
            if 'input_scale' in sample:
                sides = np.divide(sample.input_scale, sample.input_size)
                instances.keypoint_stds *= np.sqrt(sides.prod())
        return found

    def answers(
        self,
        feats: Sequence[Tensor] | Sequence[Sequence[Tensor]],
        test_cfg: Mapping[str, Any] | None = None,
    ) -> SlotAnswers:
        """Run the network and read what it says of every slot.

        Args:
            feats: See :meth:`predict`.
            test_cfg: See :meth:`predict`.
        """
        settings = dict(test_cfg or {})
        if settings.get('flip_test', False):
            outputs = self(feats[0]).with_mirrored(self(feats[1]))
        else:
            outputs = self(feats)
        at = None
        count = candidates_of(settings)
        if count > 1:
            at = choose_peaks(outputs.heatmaps, outputs.presence, count)
        peaks = find_peaks(
            outputs.heatmaps, LOGIT_REACH, settings.get('subpixel', True), at
        )
        if self.tells_presence:
            presence = outputs.presence.float().sigmoid()
        else:
            presence = peaks.mass.mean(-1)
        heatmaps = None
        if settings.get('output_heatmaps', False):
            heatmaps = outputs.heatmaps.float().flatten(3).softmax(-1)
            heatmaps = heatmaps.view_as(outputs.heatmaps)
        return SlotAnswers(
            cells_to_px(peaks.cells, self.stride),
            peaks.mass,
            outputs.log_variances.exp(),
            presence,
            heatmaps,
        )

    def told(
        self, answers: SlotAnswers, test_cfg: Mapping[str, Any] | None = None
    ) -> Any:
        """The vertebrae among the slots.

        Args:
            answers: From :meth:`answers`.
            test_cfg: See :meth:`predict`.

        Returns:
            For each film ``keypoints`` ``(N, 4, 2)`` px of the input,
            ``keypoint_scores`` and ``keypoint_stds`` ``(N, 4)``, ``bbox_scores`` and
            ``slots`` ``(N,)``, arrays, from the lowest vertebra upward. With
            ``output_heatmaps`` also the probabilities ``(slots * 4, H, W)``.
        """
        threshold = (test_cfg or {}).get('presence_threshold', 0.3)
        instances = answers.instances(threshold)
        if answers.heatmaps is None:
            return instances
        maps = answers.heatmaps.flatten(1, 2)
        return instances, [PixelData(heatmaps=one.cpu()) for one in maps]
