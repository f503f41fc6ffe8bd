"""Side markers and the export's corner sign."""

import cv2
import numpy as np

from spondylo_mmpose.phantom.canvas import FloatImage
from spondylo_mmpose.spine.anatomy import FloatArray, hull_boxes

_TEXTS = ('RT', 'RT', 'RT.', 'R', 'L', 'LT')
_FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX)


def add_markers(
    image: FloatImage, corners: FloatArray, rng: np.random.Generator
) -> FloatImage:
    """Draw a boxed side marker clear of the vertebrae, and a small corner sign.

    Args:
        image: Grey values, already facing as the film does.
        corners: ``(N, 4, 2)`` labelled corners, px.
        rng: The film's exposure stream.
    """
    image = image.copy()
    if rng.random() < 0.8:
        _side_marker(image, corners, rng)
    if rng.random() < 0.6:
        _sign(image)
    return image


def _side_marker(
    image: FloatImage, corners: FloatArray, rng: np.random.Generator
) -> None:
    text = str(rng.choice(_TEXTS))
    height = int(rng.integers(20, 34))
    width = int(height * rng.uniform(1.0, 1.8) * (0.45 + 0.4 * len(text)))
    size = image.shape[0]
    hull = hull_boxes(corners)
    low, high = hull[:, :2].min(axis=0) - 15, hull[:, 2:].max(axis=0) + 15
    for _ in range(20):
        x = int(rng.integers(5, size - width - 5))
        y = int(rng.integers(5, size // 6) if rng.random() < 0.7
                else rng.integers(5, size - height - 5))  # fmt: skip
        if x + width < low[0] or x > high[0] or y + height < low[1] or y > high[1]:
            break
    else:
        return
    box = np.full((height * 4, width * 4), 252, np.uint8)
    font = int(rng.choice(_FONTS))
    ink = int(rng.integers(4, 9))
    (wide, tall), _ = cv2.getTextSize(text, font, 1.0, ink)
    letters = np.full((tall + 2 * ink, wide + 2 * ink), 252, np.uint8)
    cv2.putText(
        letters, text, (ink, tall + ink // 2), font, 1.0, (15,), ink // 2, cv2.LINE_AA
    )
    inner = (int(box.shape[1] * 0.78), int(box.shape[0] * 0.66))
    shrunk = cv2.resize(letters, inner, interpolation=cv2.INTER_AREA)
    top, left = (box.shape[0] - inner[1]) // 2, (box.shape[1] - inner[0]) // 2
    box[top : top + inner[1], left : left + inner[0]] = shrunk
    small = cv2.resize(box, (width, height), interpolation=cv2.INTER_AREA)
    part = small.astype(np.float32)
    if rng.random() < 0.2:
        part = 255 - part  # a lead letter without its box
        image[y : y + height, x : x + width] = np.maximum(
            image[y : y + height, x : x + width], 0.8 * part
        )
    else:
        image[y : y + height, x : x + width] = part


def _sign(image: FloatImage) -> None:
    """The white bust that the data set's exports carry in the upper right corner."""
    size = image.shape[1]
    image[0:17, size - 21 :] = 0
    cv2.circle(image, (size - 10, 4), 4, (255.0,), -1, cv2.LINE_AA)
    cv2.ellipse(image, (size - 10, 14), (7, 5), 0, 180, 360, (255.0,), -1, cv2.LINE_AA)
