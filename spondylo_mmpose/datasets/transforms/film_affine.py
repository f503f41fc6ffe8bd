"""A whole film onto the input of a network, the same way in training and testing."""

import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS
from numpy.typing import NDArray

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.imaging.warp import film_matrix, to_input, warp_film

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
        results['img'] = warp_film(image, matrix, self.input_size)
        results['img_shape'] = self.input_size[::-1]
        results['input_size'] = self.input_size
        results['warp_mat'] = matrix[:2]
        if 'keypoints' in results:
            moved = to_input(results['keypoints'], matrix)
            results['transformed_keypoints'] = moved.astype(np.float32)
        if angle == 0:
            scale = np.array(self.input_size) / matrix[[0, 1], [0, 1]]
            origin = -matrix[:2, 2] / matrix[[0, 1], [0, 1]]
            results['input_scale'] = scale.astype(np.float32)
            results['input_center'] = (origin + scale / 2).astype(np.float32)
        return results

    def _draw(self, size: tuple[int, int]) -> tuple[FloatArray, float]:
        """Draw a matrix ``(3, 3)`` and its angle in radians."""
        zoom, stretch, rotate = (
            np.random.uniform(-limit, limit) if limit else 0.0
            for limit in (self.zoom, self.stretch, self.rotate)
        )
        shift = np.random.uniform(-self.shift, self.shift, 2) if self.shift else 0.0
        factors = np.exp([zoom + stretch / 2, zoom - stretch / 2])
        angle = float(np.deg2rad(rotate))
        return film_matrix(size, self.input_size, factors, angle, shift), angle

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(input_size={self.input_size}, '
            f'rotate={self.rotate}, zoom={self.zoom}, stretch={self.stretch}, '
            f'shift={self.shift})'
        )
