"""From attenuation to a grey picture: tone, blur, noise, collimation, markers, JPEG."""

import cv2
import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.imaging.lossy import through_jpeg
from spondylo_mmpose.phantom.canvas import FloatImage, blur, smooth_noise

GreyImage = NDArray[np.uint8]

DENSE = 98.5
"""Percentile of the attenuation that the reader's window ends at."""


def expose(image: FloatImage, rng: np.random.Generator) -> FloatImage:
    """Map attenuation to grey values with a film-like curve.

    Args:
        image: Attenuation.
        rng: The film's exposure stream.

    Returns:
        Grey values in [0, 255], before noise.
    """
    size = image.shape[0]
    image = blur(image, rng.uniform(0.35, 0.95))
    # Some exports enhance edges, others are flat.
    if rng.random() < 0.5:
        image = image + rng.uniform(0.1, 0.6) * (image - blur(image, 10.0))
    # The reader's window: from air to the densest parts, set by the film itself.
    dense = float(np.percentile(image[::4, ::4], DENSE))
    low = rng.uniform(0.02, 0.22) * dense
    grey = np.clip((image - low) / (dense - low), 0, 1.4)
    grey = grey ** rng.uniform(0.75, 1.45)
    # Shoulder: dense regions run together below white.
    grey = np.tanh(grey * rng.uniform(0.7, 1.3))
    grey *= rng.uniform(0.72, 1.05)
    rows, columns = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j].astype(np.float32)
    tilt = rng.normal(0, 0.06, 2)
    grey = grey * (1 + tilt[0] * columns + tilt[1] * rows)
    return np.clip(grey * 255, 0, 255).astype(np.float32)


def add_noise(image: FloatImage, rng: np.random.Generator) -> FloatImage:
    """Add correlated noise that grows with the grey value."""
    size = image.shape
    grain = rng.standard_normal(size, dtype=np.float32)
    grain = blur(grain, rng.uniform(0.45, 0.9))
    grain /= grain.std()
    coarse = smooth_noise(rng, size, rng.uniform(2.5, 4.5))  # type: ignore[arg-type]
    spread = rng.uniform(0.5, 2.2) * (0.25 + np.sqrt(image / 255))
    return image + spread * (grain + 0.5 * coarse)


def collimate(image: FloatImage, rng: np.random.Generator) -> FloatImage:
    """Darken outside the beam; sometimes a thin bright border is left."""
    height, width = image.shape
    if rng.random() < 0.5:
        mask = np.zeros(image.shape, np.float32)
        left, right = rng.uniform(0, 0.10, 2) * width
        top, bottom = rng.uniform(0, 0.03, 2) * height
        lean = rng.uniform(-6, 6, 4)
        quad = np.array(
            [
                (left + lean[0], top),
                (width - right + lean[1], top),
                (width - right + lean[2], height - bottom),
                (left + lean[3], height - bottom),
            ]
        )
        cv2.fillPoly(mask, [np.round(quad).astype(np.int32)], (1.0,))
        soft = rng.uniform(0.8, 6.0)
        image = image * cv2.GaussianBlur(mask, (0, 0), soft)
    if rng.random() < 0.12:
        image = image.copy()
        edge = int(rng.integers(1, 8))
        image[:, :edge] = rng.uniform(200, 255)
        image[:, edge + 1 : edge + 6] = 0
    return image


def jpeg(image: FloatImage, rng: np.random.Generator) -> GreyImage:
    """Pass the film through a JPEG of the quality that an export would have."""
    grey = np.clip(np.round(image), 0, 255).astype(np.uint8)
    return through_jpeg(grey, int(rng.integers(55, 96)))
