"""Films whose grey values are the wrong way round."""

import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS


@TRANSFORMS.register_module()
class RandomInversion(BaseTransform):
    """Show bone dark and air bright, as exports that ignore MONOCHROME1 do.

    Args:
        probability: Share of the samples that are inverted.

    Raises:
        ValueError: If the share is none.
    """

    def __init__(self, probability: float = 0.1) -> None:
        if not 0 <= probability <= 1:
            raise ValueError(f'probability must be within 0 and 1, not {probability}')
        self.probability = probability

    def transform(self, results: dict) -> dict:
        """Change ``results['img']``, ``(H, W, C)`` uint8."""
        if np.random.uniform() < self.probability:
            results['img'] = 255 - results['img']
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(probability={self.probability})'
