"""Boxes around vertebrae, for detectors that know nothing of corners."""

from typing import Any

import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS
from numpy.typing import NDArray

from spondylo_mmpose.spine.anatomy import vertebra_boxes


@TRANSFORMS.register_module()
class HullBoxes(BaseTransform):
    """Make MMDet's boxes from the corners of all vertebrae of a film.

    The box is the hull of the corners where they lie now, completed where some are not
    labelled (:func:`.vertebra_boxes`). A film is therefore turned, scaled and flipped
    with its corners first: the hull of a box that was turned would be too large.

    Required Keys:

        - img
        - keypoints: ``(N, 4, 2)`` px, and keypoints_visible ``(N, 4)``; a film without
          them, whose vertebrae are not known, gets no boxes

    Added Keys:

        - instances: what MMDet's ``CocoMetric`` takes for the truth
        - gt_bboxes: ``(N, 4)`` ``HorizontalBoxes``, and gt_bboxes_labels and
          gt_ignore_flags ``(N,)``, with ``targets``

    Modified Keys:

        - img_shape

    Args:
        targets: Give the network its targets. Tests need none.
        least_share: A box of which less lies on the image is no target, px² / px².
    """

    def __init__(self, targets: bool = True, least_share: float = 0.4) -> None:
        self.targets = targets
        self.least_share = least_share

    def transform(self, results: dict) -> dict:
        """Add the boxes."""
        height, width = results['img'].shape[:2]
        boxes, shares = _hulls(results, width, height)
        if self.targets:
            # MMDet takes a second and a half to import; pose models do without it.
            from mmdet.structures.bbox import HorizontalBoxes

            boxes = boxes[shares >= self.least_share]
            results['gt_bboxes'] = HorizontalBoxes(boxes, dtype=None)
            results['gt_bboxes_labels'] = np.zeros(len(boxes), np.int64)
            results['gt_ignore_flags'] = np.zeros(len(boxes), bool)
        results['instances'] = [
            {'bbox': box.tolist(), 'bbox_label': 0, 'ignore_flag': 0} for box in boxes
        ]
        results['img_shape'] = (height, width)
        return results

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(targets={self.targets}, '
            f'least_share={self.least_share})'
        )


def _hulls(
    results: dict[str, Any], width: int, height: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Boxes ``(N, 4)`` cut off at the borders, and the share ``(N,)`` that was kept."""
    if not len(results.get('keypoints', ())):
        return np.zeros((0, 4), np.float32), np.zeros(0, np.float32)
    corners = np.array(results['keypoints'], np.float64)
    labelled = np.asarray(results['keypoints_visible']) > 0
    corners[~labelled] = np.nan
    kept = vertebra_boxes(corners[labelled.sum(1) >= 2]).astype(np.float32)
    size = np.array([width, height] * 2, np.float32)
    cut = np.clip(kept, 0, size)
    shares = _areas(cut) / np.maximum(_areas(kept), 1e-6)
    return cut.astype(np.float32), shares.astype(np.float32)


def _areas(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
