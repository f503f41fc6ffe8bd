"""What a JPEG loses."""

import cv2
import numpy as np
from numpy.typing import NDArray


def through_jpeg(image: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    """Code a grey image as JPEG and decode it again.

    Args:
        image: ``(H, W)``.
        quality: 0 to 100, as OpenCV counts it.
    """
    coded = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)
