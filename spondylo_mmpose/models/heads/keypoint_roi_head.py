"""The second stage of Keypoint R-CNN."""

from collections.abc import Sequence
from typing import Any

import torch
from mmdet.models.roi_heads import StandardRoIHead
from mmdet.registry import MODELS as MMDET_MODELS
from mmdet.structures.bbox import bbox2roi
from mmpose.registry import MODELS
from torch import Tensor


@MODELS.register_module()
class KeypointRoIHead(StandardRoIHead):
    """Class and box of each region, and corners where MMDet has masks.

    A corner is a mask with one set cell (He et al., ICCV 2017), so it goes the mask's
    way: learned on the positive proposals, predicted on the final boxes.

    Vertebrae differ from the paper's people in that their keypoints lie on the edge of
    their box. A proposal that is a little small or aside would lose half of them, and a
    box that is found so could never show them. The features for the corners are
    therefore taken from the box made larger about its centre.

    Args:
        keypoint_roi_extractor: Cuts the features of a region out.
        keypoint_head: A :class:`.KeypointHead`.
        region_scale: Sides of the region for the corners relative to the box.
        **kwargs: Arguments of MMDet's ``StandardRoIHead``.
    """

    def __init__(
        self,
        keypoint_roi_extractor: dict,
        keypoint_head: dict,
        region_scale: float = 1.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.keypoint_roi_extractor = MMDET_MODELS.build(keypoint_roi_extractor)
        self.keypoint_head = MMDET_MODELS.build(keypoint_head)
        self.region_scale = region_scale

    @property
    def with_mask(self) -> bool:
        """Whether what follows the boxes is to be run: always."""
        return True

    def mask_loss(
        self,
        x: tuple[Tensor, ...],
        sampling_results: Sequence[Any],
        bbox_feats: Tensor,
        batch_gt_instances: Sequence[Any],
    ) -> dict[str, Any]:
        """Compute the loss of the corners on the positive proposals.

        Args:
            x: Feature maps.
            sampling_results: Proposals of each image with the vertebrae assigned.
            bbox_feats: Not used: the corners' regions are others.
            batch_gt_instances: Each with ``keypoints`` ``(G, 4, 2)`` in continuous px
                of the input and ``keypoint_weights`` ``(G, 4)``.

        Returns:
            ``loss_mask``, MMDet's name for the losses of this branch.
        """
        rois = bbox2roi([sampled.pos_priors for sampled in sampling_results])
        assigned = [sampled.pos_assigned_gt_inds for sampled in sampling_results]
        pairs = list(zip(batch_gt_instances, assigned, strict=True))
        corners = torch.cat([truth.keypoints[which] for truth, which in pairs])
        weights = torch.cat([truth.keypoint_weights[which] for truth, which in pairs])
        logits, regions = self._keypoint_forward(x, rois)
        losses = self.keypoint_head.loss(logits, regions, corners, weights)
        return {'loss_mask': losses}

    def predict_mask(
        self,
        x: tuple[Tensor, ...],
        batch_img_metas: Sequence[dict],
        results_list: Sequence[Any],
        rescale: bool = False,
    ) -> list[Any]:
        """Add the corners of the found vertebrae.

        Args:
            x: Feature maps.
            batch_img_metas: Not used.
            results_list: Of each image ``bboxes``, continuous px of the input.
            rescale: Not supported: px of the film are the detector's business.

        Returns:
            The same with ``keypoints`` ``(N, 4, 2)`` continuous px of the input and
            ``keypoint_scores`` ``(N, 4)``.
        """
        boxes = [results.bboxes for results in results_list]
        logits, regions = self._keypoint_forward(x, bbox2roi(boxes))
        corners, scores = self.keypoint_head.decode(logits, regions)
        counts = [len(own) for own in boxes]
        for results, own, own_scores in zip(
            results_list, corners.split(counts), scores.split(counts), strict=True
        ):
            results.keypoints = own
            results.keypoint_scores = own_scores
        return list(results_list)

    def forward(
        self,
        x: tuple[Tensor, ...],
        rpn_results_list: Sequence[Any],
        batch_data_samples: Sequence[Any] | None = None,
    ) -> tuple[Tensor, ...]:
        """Run the networks alone: classes, boxes and heatmaps of all proposals."""
        rois = bbox2roi([results.bboxes for results in rpn_results_list])
        found = self._bbox_forward(x, rois)
        # No more of them than films have vertebrae.
        most = self.test_cfg.max_per_img * len(rpn_results_list)
        logits, _ = self._keypoint_forward(x, rois[:most])
        return found['cls_score'], found['bbox_pred'], logits

    def _keypoint_forward(
        self, x: tuple[Tensor, ...], rois: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Give heatmaps and the regions ``(R, 4)`` that they cover."""
        extractor = self.keypoint_roi_extractor
        rois = extractor.roi_rescale(rois, self.region_scale)
        return self.keypoint_head(extractor(x[: extractor.num_inputs], rois)), rois[
            :, 1:
        ]
