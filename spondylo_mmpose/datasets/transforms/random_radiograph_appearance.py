"""Random contrast, gamma, noise and blur of a radiograph."""

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS


@TRANSFORMS.register_module()
class RandomRadiographAppearance(BaseTransform):
    """Vary how a crop looks while its corners stay where they are.

    In this order: gamma, contrast about the mean, brightness, Gaussian blur, Gaussian
    noise. Each is drawn anew for every sample; a range of zero switches a part off.

    Args:
        gamma: Largest absolute natural logarithm of the gamma.
        contrast: Largest relative change of contrast.
        brightness: Largest shift as a share of the full range.
        blur_sigma: Largest standard deviation of the blur, px of the crop.
        noise: Largest standard deviation of the noise as a share of the full range.
        blur_probability: Share of the samples that are blurred.
    """

    def __init__(
        self,
        gamma: float = 0.4,
        contrast: float = 0.3,
        brightness: float = 0.15,
        blur_sigma: float = 1.2,
        noise: float = 0.03,
        blur_probability: float = 0.3,
    ) -> None:
        self.gamma = gamma
        self.contrast = contrast
        self.brightness = brightness
        self.blur_sigma = blur_sigma
        self.noise = noise
        self.blur_probability = blur_probability

    def transform(self, results: dict) -> dict:
        """Change ``results['img']``, a ``(H, W, C)`` uint8 image."""
        uniform = np.random.uniform
        image = results['img'].astype(np.float32) / 255.0
        image **= np.exp(uniform(-self.gamma, self.gamma))
        mean = image.mean()
        image = (image - mean) * (1 + uniform(-self.contrast, self.contrast)) + mean
        image += uniform(-self.brightness, self.brightness)
        if self.blur_sigma > 0 and uniform() < self.blur_probability:
            image = cv2.GaussianBlur(image, (0, 0), uniform(0.2, self.blur_sigma))
        sigma = uniform(0, self.noise)
        if sigma > 0:
            # One channel of noise: a radiograph is grey.
            noise = np.random.standard_normal(image.shape[:2]).astype(np.float32)
            image += sigma * noise[..., None]
        results['img'] = (image.clip(0, 1) * 255.0 + 0.5).astype(np.uint8)
        return results
