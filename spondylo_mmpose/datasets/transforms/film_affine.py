"""A whole film onto the input of a network, the same way in training and testing."""

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS
from numpy.typing import NDArray

from spondylo_mmpose.errors import SpondyloError

FloatArray = NDArray[np.float64]


@TRANSFORMS.register_module()
class FilmAffine(BaseTransform):
    """Fit a whole film into the input with its aspect kept, and vary it on request.

    Without the random parts this is a letterbox: the film as large as fits, centred,
    black beside it. Film and input meet at their edges, not at the centres of their
    outermost pixels: px ``x`` of a film shown at scale ``s`` comes to
    ``s * (x + 0.5) - 0.5`` before padding. A film that shrinks to less than half is
    averaged first, because sampling four of its many pixels would alias.

    ``keypoints`` and boxes in px of the film are left alone, where evaluation and
    drawings want them; what a network is to learn makes :class:`.FilmTargets`. MMPose's
    bottom-up transforms have neither the averaging, nor a change of aspect, nor the
    corners' hull after a rotation.

    Required Keys:

        - img
        - keypoints (optional): ``(N, K, 2)`` px of the film

    Modified Keys:

        - img: ``(H, W, C)`` of the input size
        - img_shape: ``(H, W)``

    Added Keys:

        - input_size: ``(W, H)`` px
        - warp_mat: ``(2, 3)`` px of the film to px of the input
        - transformed_keypoints: ``(N, K, 2)`` px of the input, float32
        - input_center, input_scale: ``(2,)`` the same in MMPose's form, where nothing
          is rotated

    Args:
        input_size: Width and height of the input, px.
        rotate: Largest rotation, degrees.
        zoom: Largest change of size, as the absolute natural logarithm of the factor.
        stretch: Largest change of the ratio of width to height, likewise; exports that
            were stretched to a square differ in it.
        shift: Largest shift as a share of the input's sides.

    Raises:
        SpondyloError: If a range is negative or the size not positive.
    """

    def __init__(
        self,
        input_size: tuple[int, int],
        rotate: float = 0.0,
        zoom: float = 0.0,
        stretch: float = 0.0,
        shift: float = 0.0,
    ) -> None:
        if min(rotate, zoom, stretch, shift) < 0 or min(input_size) <= 0:
            raise SpondyloError(
                'FilmAffine: ranges must not be negative and the input size not 0'
            )
        self.input_size = (int(input_size[0]), int(input_size[1]))
        self.rotate = rotate
        self.zoom = zoom
        self.stretch = stretch
        self.shift = shift

    def transform(self, results: dict) -> dict:
        """Warp ``results['img']``."""
        image = results['img']
        size = (image.shape[1], image.shape[0])
        matrix, angle = self._draw(size)
        smaller, to_smaller = _averaged(image, matrix)
        direct = matrix @ np.linalg.inv(to_smaller)
        results['img'] = cv2.warpAffine(smaller, direct[:2], self.input_size)
        results['img_shape'] = self.input_size[::-1]
        results['input_size'] = self.input_size
        results['warp_mat'] = matrix[:2]
        if 'keypoints' in results:
            moved = results['keypoints'] @ matrix[:2, :2].T + matrix[:2, 2]
            results['transformed_keypoints'] = moved.astype(np.float32)
        if angle == 0:
            scale = np.array(self.input_size) / matrix[[0, 1], [0, 1]]
            origin = -matrix[:2, 2] / matrix[[0, 1], [0, 1]]
            results['input_scale'] = scale.astype(np.float32)
            results['input_center'] = (origin + scale / 2).astype(np.float32)
        return results

    def _draw(self, size: tuple[int, int]) -> tuple[FloatArray, float]:
        """Draw a matrix ``(3, 3)`` and its angle in radians."""
        target = np.array(self.input_size, dtype=np.float64)
        fit = float((target / size).min())
        zoom, stretch, rotate = (
            np.random.uniform(-limit, limit) if limit else 0.0
            for limit in (self.zoom, self.stretch, self.rotate)
        )
        shift = np.random.uniform(-self.shift, self.shift, 2) if self.shift else 0.0
        sides = fit * np.exp([zoom + stretch / 2, zoom - stretch / 2])
        angle = np.deg2rad(rotate)
        cos, sin = np.cos(angle), np.sin(angle)
        turn = np.array([[cos, -sin], [sin, cos]])
        matrix = np.eye(3)
        matrix[:2, :2] = turn * sides  # stretched first, then turned
        centre = (np.array(size) - 1) / 2
        matrix[:2, 2] = (target - 1) / 2 + target * shift - matrix[:2, :2] @ centre
        return matrix, angle

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(input_size={self.input_size}, '
            f'rotate={self.rotate}, zoom={self.zoom}, stretch={self.stretch}, '
            f'shift={self.shift})'
        )


def _averaged(
    image: NDArray[np.uint8], matrix: FloatArray
) -> tuple[NDArray[np.uint8], FloatArray]:
    """Shrink by averaging as long as what follows still shrinks.

    Returns:
        The film, and the matrix ``(3, 3)`` that led to it.
    """
    factors = np.maximum(np.floor(1 / np.linalg.norm(matrix[:2, :2], axis=0)), 1)
    before = np.array([image.shape[1], image.shape[0]], dtype=np.float64)
    after = np.maximum(np.round(before / factors), 1)
    to_smaller = np.eye(3)
    if (factors == 1).all():
        return image, to_smaller
    shrunk = cv2.resize(
        image, (int(after[0]), int(after[1])), interpolation=cv2.INTER_AREA
    )
    share = after / before
    to_smaller[[0, 1], [0, 1]] = share
    to_smaller[:2, 2] = (share - 1) / 2
    return np.asarray(shrunk, np.uint8).reshape(*shrunk.shape[:2], -1), to_smaller
