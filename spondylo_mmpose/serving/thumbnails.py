"""Small pictures of films for the list."""

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report.overlay import SIDES
from spondylo_mmpose.presentation.html import jpeg_bytes

_WIDTH, _QUALITY = 360, 80


def thumbnail(path: Path, size: tuple[int, int]) -> bytes:
    """A small JPEG of a film with what was found on it.

    Args:
        path: The overlay, which has a panel beside the film.
        size: Width and height of the film, px.

    Raises:
        SpondyloError: If it cannot be read.
    """
    return _made(path, path.stat().st_mtime_ns, size)


@lru_cache(maxsize=1000)
def _made(path: Path, changed: int, size: tuple[int, int]) -> bytes:
    image = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise SpondyloError('the picture of the film is damaged')
    side = min(max(*size, SIDES[0]), SIDES[1])
    width, height = (round(one * side / max(size)) for one in size)
    image = image[:height, :width]
    height = max(1, round(image.shape[0] * _WIDTH / image.shape[1]))
    small = cv2.resize(image, (_WIDTH, height), interpolation=cv2.INTER_AREA)
    return jpeg_bytes(small, _QUALITY)
