"""What copying does to a radiograph: hard windows, JPEG, fewer pixels, sharpening."""

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

from spondylo_mmpose.imaging.lossy import through_jpeg

BEST_QUALITY = 60
"""Of a JPEG that changes what a network sees."""


@TRANSFORMS.register_module()
class RandomCopy(BaseTransform):
    """Make a crop or a film look copied, corners staying where they are.

    Films reach a program as screenshots, scans and mails. Each of these happens to a
    sample on its own, in this order:

    * fewer pixels: shrunk up to ``shrink`` times and enlarged again;
    * a hard window: a sigmoid about a grey level that the picture has, which turns
      tissue black and bone white;
    * sharpening by an unsharp mask, which leaves halos along edges;
    * grain: Gaussian noise with a standard deviation of up to ``grain``;
    * JPEG of a quality down to ``quality``.

    Required Keys:

        - img: ``(H, W, 3)`` uint8, grey

    Modified Keys:

        - img

    Args:
        probability: Share of the samples to which each of these happens.
        shrink: Greatest factor by which pixels get larger.
        grain: Greatest standard deviation of the grain, as a share of the full range.
        quality: Lowest quality of the JPEG, as OpenCV counts it.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(
        self,
        probability: float = 0.15,
        shrink: float = 3.0,
        grain: float = 0.1,
        quality: int = 8,
    ) -> None:
        if not 0 <= probability <= 1:
            raise ValueError(f'probability must be within 0 and 1, not {probability}')
        if shrink < 1:
            raise ValueError(f'shrink must be 1 or more, not {shrink}')
        if grain < 0:
            raise ValueError(f'grain must not be negative, not {grain}')
        if not 1 <= quality <= BEST_QUALITY:
            raise ValueError(
                f'quality must be within 1 and {BEST_QUALITY}, not {quality}'
            )
        self.probability = probability
        self.shrink = shrink
        self.grain = grain
        self.quality = quality

    def transform(self, results: dict) -> dict:
        """Change ``results['img']``; it is grey afterwards."""
        chosen = np.random.uniform(size=5) < self.probability
        if not chosen.any():
            return results
        image = cv2.cvtColor(results['img'], cv2.COLOR_BGR2GRAY)
        steps = (self._pixels, self._window, self._sharpen, self._grain, self._jpeg)
        for step, happens in zip(steps, chosen, strict=True):
            if happens:
                image = step(image)
        results['img'] = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
        return results

    def _pixels(self, image: np.ndarray) -> np.ndarray:
        factor = 1 / np.random.uniform(1, self.shrink)
        small = cv2.resize(
            image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA
        )
        size = (image.shape[1], image.shape[0])
        return cv2.resize(small, size, interpolation=cv2.INTER_LINEAR)

    @staticmethod
    def _window(image: np.ndarray) -> np.ndarray:
        level = np.percentile(image, np.random.uniform(25, 75))
        width = np.random.uniform(15, 60)
        levels = np.arange(256, dtype=np.float32)
        table = 255 / (1 + np.exp(-(levels - level) / width))
        # The copy uses the whole range, as the picture did.
        low, high = table[image.min()], table[image.max()]
        table = (table - low) * 255 / max(high - low, 1e-3)
        return cv2.LUT(image, np.clip(table + 0.5, 0, 255).astype(np.uint8))

    @staticmethod
    def _sharpen(image: np.ndarray) -> np.ndarray:
        sigma, amount = np.random.uniform(0.8, 4), np.random.uniform(0.5, 2.5)
        soft = cv2.GaussianBlur(image, (0, 0), sigma)
        return cv2.addWeighted(image, 1 + amount, soft, -amount, 0)

    def _grain(self, image: np.ndarray) -> np.ndarray:
        sigma = 255 * np.random.uniform(0, self.grain)
        noise = sigma * np.random.standard_normal(image.shape)
        return np.clip(image + noise + 0.5, 0, 255).astype(np.uint8)

    def _jpeg(self, image: np.ndarray) -> np.ndarray:
        return through_jpeg(
            image, int(np.random.randint(self.quality, BEST_QUALITY + 1))
        )

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(probability={self.probability}, '
            f'shrink={self.shrink}, grain={self.grain}, quality={self.quality})'
        )
