"""What a model that sees a whole film is to find in it."""

from collections.abc import Sequence

import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

LABELS = {
    'keypoint_labels': 'keypoint_labels',
    'keypoint_weights': 'keypoint_weights',
    'bbox_labels': 'bboxes',
    'bbox_weights': 'bbox_weights',
}
"""Keys of the targets and their names in ``gt_instance_labels``."""

_LEAST_ASPECT = 0.5


@TRANSFORMS.register_module()
class FilmTargets(BaseTransform):
    """Draw hull boxes anew around corners that came to the input of a network.

    Boxes are hulls of the labelled corners where they come to lie, cut off at the
    input's edge. A vertebra of which less than ``least_visible`` of the box is in the
    input is to be ignored: it is neither a vertebra to be found nor background. One
    that is outside altogether or has fewer than two labelled corners is left out.

    Where a corner lacks its label the hull of the others may be a line, such as the one
    end plate of S1 that some data sets label; the short side of its box is at least
    half the long one.

    Required Keys:

        - transformed_keypoints: ``(N, 4, 2)`` px of the input (optional)
        - keypoints_visible: ``(N, 4)``, with them
        - input_size

    Added Keys:

        - keypoint_labels: ``(M, 4, 2)`` px of the input, float32
        - keypoint_weights: ``(M, 4)`` 0 for a corner without label or outside
        - bbox_labels: ``(M, 4)`` x1, y1, x2, y2, px of the input
        - bbox_weights: ``(M,)`` 0 for a vertebra to be ignored
        - label_mapping_table: packs all these into ``gt_instance_labels``

    Args:
        least_visible: Share of a box's area.
    """

    def __init__(self, least_visible: float = 0.5) -> None:
        self.least_visible = least_visible

    def transform(self, results: dict) -> dict:
        """Add the targets; a film without vertebrae gets none."""
        corners = np.asarray(results.get('transformed_keypoints', ()), np.float64)
        corners = corners.reshape(-1, 4, 2)
        labelled = np.asarray(results.get('keypoints_visible', ())).reshape(-1, 4) > 0
        enough = labelled.sum(1) >= 2
        corners, labelled = corners[enough], labelled[enough]
        visible, inside, cut = visibility(corners, labelled, results['input_size'])
        some = visible > 0
        results['keypoint_labels'] = corners[some].astype(np.float32)
        results['keypoint_weights'] = (inside & labelled)[some].astype(np.float32)
        results['bbox_labels'] = cut[some].astype(np.float32)
        trained = visible[some] >= self.least_visible
        results['bbox_weights'] = trained.astype(np.float32)
        results['label_mapping_table'] = LABELS
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(least_visible={self.least_visible})'


def visibility(
    corners: FloatArray, labelled: NDArray[np.bool_], input_size: Sequence[int]
) -> tuple[FloatArray, NDArray[np.bool_], FloatArray]:
    """How much of each vertebra is on the input.

    Args:
        corners: ``(N, 4, 2)`` px of the input.
        labelled: ``(N, 4)``.
        input_size: Width and height, px.

    Returns:
        Visible share ``(N,)`` of the hulls, which is 0 for a vertebra with fewer than
        two labelled corners; ``(N, 4)`` whether corners are inside; and the hulls
        ``(N, 4)`` cut off at the input's edge, x1, y1, x2, y2, px.
    """
    # Edges of the outermost pixels, whose centres have whole numbers.
    low, high = np.array([-0.5, -0.5]), np.array(input_size, np.float64) - 0.5
    inside = ((corners >= low) & (corners <= high)).all(-1)
    bounded = labelled.sum(1) >= 2
    shares, cut = np.zeros(len(corners)), np.zeros((len(corners), 4))
    boxes = _labelled_hulls(corners[bounded], labelled[bounded])
    cut[bounded] = np.clip(boxes, np.tile(low, 2), np.tile(high, 2))
    shares[bounded] = _areas(cut[bounded]) / np.maximum(_areas(boxes), 1e-9)
    return shares, inside, cut


def _labelled_hulls(corners: FloatArray, labelled: NDArray[np.bool_]) -> FloatArray:
    """Hulls of the labelled corners, completed where some are not labelled.

    Args:
        corners: ``(N, 4, 2)`` px.
        labelled: ``(N, 4)``, two or more of each vertebra.

    Returns:
        ``(N, 4)`` x1, y1, x2, y2, px.
    """
    where = labelled[..., None]
    low = corners.min(1, where=where, initial=np.inf)
    high = corners.max(1, where=where, initial=-np.inf)
    sides = high - low
    least = _LEAST_ASPECT * sides.max(1, keepdims=True)
    missing = ~labelled.all(1, keepdims=True)
    grown = np.where(missing, np.maximum(least - sides, 0), 0) / 2
    return np.concatenate([low - grown, high + grown], 1)


def _areas(boxes: FloatArray) -> FloatArray:
    """Areas ``(N,)`` of boxes ``(N, 4)``, px²."""
    areas: FloatArray = (boxes[:, 2:] - boxes[:, :2]).prod(1)
    return areas
