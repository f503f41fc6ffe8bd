"""What is kept of a film to know it again: a perceptual hash and a small picture."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[Any]
"""``(H, W)`` uint8 grey; typed loosely because OpenCV's stubs name no such array."""

SIZE = 256
"""Side of the small picture, px; the film's aspect is given up, as exports do."""

_HASH_INPUT = 64
_HASH_SIZE = 8
_POINTS = 300


@dataclass(frozen=True, eq=False)
class Fingerprint:
    """A film made small.

    Attributes:
        small: ``(SIZE, SIZE)`` uint8.
        straight: Perceptual hash (DCT of the low frequencies), 64 booleans.
        mirrored: The same of the film mirrored left to right.
    """

    small: Pixels
    straight: NDArray[np.bool_]
    mirrored: NDArray[np.bool_]

    @cached_property
    def points(self) -> tuple[NDArray[np.float32], Pixels | None]:
        """ORB key points ``(N, 2)`` px of the small picture, and their descriptors.

        Computed for the few films that come into question, therefore late.
        """
        return _points(self.small)

    @cached_property
    def mirror(self) -> 'Fingerprint':
        """The fingerprint of the mirrored film."""
        return Fingerprint(
            np.ascontiguousarray(self.small[:, ::-1]), self.mirrored, self.straight
        )


def fingerprint(pixels: Pixels) -> Fingerprint:
    """Take the fingerprint of a film.

    Args:
        pixels: ``(H, W)`` uint8 grey.
    """
    small = cv2.resize(pixels, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    tiny = cv2.resize(small, (_HASH_INPUT,) * 2, interpolation=cv2.INTER_AREA)
    return Fingerprint(small, _hash(tiny), _hash(tiny[:, ::-1]))


def _hash(tiny: Pixels) -> NDArray[np.bool_]:
    found = imagehash.phash(Image.fromarray(tiny), hash_size=_HASH_SIZE)
    return np.asarray(found.hash, dtype=np.bool_).ravel()


def _points(small: Pixels) -> tuple[NDArray[np.float32], Pixels | None]:
    orb = cv2.ORB_create(_POINTS, fastThreshold=5)  # type: ignore[attr-defined]
    keypoints, descriptors = orb.detectAndCompute(small, None)
    points = np.array([k.pt for k in keypoints], dtype=np.float32).reshape(-1, 2)
    return points, descriptors
