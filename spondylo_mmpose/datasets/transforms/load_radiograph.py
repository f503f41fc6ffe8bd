"""Load a radiograph of any format, once for all its vertebrae."""

from typing import Any

import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS
from numpy.typing import NDArray

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.imaging import RadiographError, read_radiograph
from spondylo_mmpose.imaging.channels import three_channels


@TRANSFORMS.register_module()
class LoadRadiograph(BaseTransform):
    """Load a film as MMPose's ``LoadImage`` does, but from any format of radiograph.

    JPEG, PNG, BMP, TIFF and DICOM of 8 and 16 bits are shown as
    :func:`spondylo_mmpose.imaging.read_radiograph` says. Films that the data set has
    room for are decoded once (:class:`.film_cache.FilmCache`).

    Required Keys:

        - img_path, or img: ``(H, W)``, ``(H, W, 1)`` or ``(H, W, 3)`` array

    Modified Keys:

        - img: ``(H, W, 3)`` uint8, three equal channels for a grey film
        - img_path: ``None`` where only an array was given
        - img_shape, ori_shape: ``(H, W)``
    """

    def transform(self, results: dict) -> dict:
        """Load the film.

        Raises:
            SpondyloError: If it cannot be read; the message names the file.
        """
        if 'img' in results:
            image = three_channels(np.asarray(results['img']))
            results.setdefault('img_path', None)
        else:
            cache = getattr(results.get('dataset'), 'film_cache', None)
            image = three_channels(_load(str(results['img_path']), cache))
        results['img'] = image
        results['img_shape'] = results['ori_shape'] = image.shape[:2]
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}()'


def _load(path: str, cache: Any) -> NDArray[np.uint8]:
    film: NDArray[np.uint8] | None = None if cache is None else cache.get(path)
    if film is None:
        try:
            film = read_radiograph(path).pixels
        except RadiographError as error:
            raise SpondyloError(f'{path}: {error}') from error
        if cache is not None:
            cache.put(path, film)
    return film
