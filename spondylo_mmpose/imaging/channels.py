"""Films of any kind as arrays of three channels and eight bits."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.imaging.tone import to_eight_bits


def three_channels(image: NDArray[Any]) -> NDArray[np.uint8]:
    """Show an array as networks want films.

    Args:
        image: ``(H, W)``, ``(H, W, 1)`` or ``(H, W, 3)``, any number of grey levels.

    Returns:
        ``(H, W, 3)``, three equal channels for a grey film.

    Raises:
        SpondyloError: If it has another shape.
    """
    channels = 1 if image.ndim == 2 else image.shape[-1]
    if image.ndim not in (2, 3) or channels not in (1, 3) or not image.size:
        raise SpondyloError(
            f'img: an array of shape {image.shape} is no film; give (H, W) or (H, W, 3)'
        )
    if channels == 3 and image.dtype == np.uint8:
        return image
    if channels == 3:
        image = image.mean(-1)
    grey = to_eight_bits(image.reshape(image.shape[:2]))
    return np.asarray(
        cv2.cvtColor(np.ascontiguousarray(grey), cv2.COLOR_GRAY2BGR), np.uint8
    )
