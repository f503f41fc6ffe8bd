"""Boxes as a detector gives them."""

import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS


@TRANSFORMS.register_module()
class RandomBoxJitter(BaseTransform):
    """Move each side of a box on its own, as a detector misplaces it.

    The true hull box gives much of the answer away: the corners lie on its border. The
    transform stands between ``LoadRadiograph`` and ``GetBBoxCenterScale``. Shift and
    scale of ``RandomBBoxTransform`` move opposite sides together; this does not.

    Required Keys:

        - bbox: ``(N, 4)`` left, top, right, bottom, px

    Modified Keys:

        - bbox

    Args:
        deviation: Standard deviation of a side's position as a share of the box's width
            (left, right) or height (top, bottom). Draws beyond three are cut.
        probability: Share of the samples that are changed.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(self, deviation: float = 0.05, probability: float = 1.0) -> None:
        if not 0 <= deviation <= 0.15:
            # Three of them from both sides must leave something of the box.
            raise ValueError(f'deviation must be within 0 and 0.15, not {deviation}')
        if not 0 <= probability <= 1:
            raise ValueError(f'probability must be within 0 and 1, not {probability}')
        self.deviation = deviation
        self.probability = probability

    def transform(self, results: dict) -> dict:
        """Move the sides of ``results['bbox']``."""
        if np.random.uniform() >= self.probability:
            return results
        box = np.asarray(results['bbox'], np.float32)
        sizes = np.tile(box[:, 2:] - box[:, :2], 2)
        errors = np.random.standard_normal(box.shape).clip(-3, 3) * self.deviation
        results['bbox'] = (box + errors * sizes).astype(np.float32)
        return results

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(deviation={self.deviation}, '
            f'probability={self.probability})'
        )
