"""Local contrast of a radiograph (CLAHE)."""

import cv2
import mmcv
import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS


@TRANSFORMS.register_module()
class RadiographCLAHE(BaseTransform):
    """Equalise the histogram tile by tile with limited contrast.

    Contrast limited adaptive histogram equalisation (Zuiderveld, Graphics Gems IV,
    1994). For training, testing or both; after ``LoadRadiograph`` it works on the whole
    film, after ``TopdownAffine`` on the crop, which is faster and makes every crop use
    the full range. Corners stay where they are.

    Args:
        probability: Share of the samples that are equalised. For testing 1.
        clip_limit: Limit of the contrast; a multiple of the mean count of a bin.
        tile_grid_size: Tiles across and down.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(
        self,
        probability: float = 1.0,
        clip_limit: float = 2.0,
        tile_grid_size: tuple[int, int] = (8, 8),
    ) -> None:
        tiles = tuple(int(tile) for tile in tile_grid_size)
        if not 0 <= probability <= 1:
            raise ValueError(f'probability must be within 0 and 1, not {probability}')
        if clip_limit <= 0:
            raise ValueError(f'clip_limit must be above 0, not {clip_limit}')
        if len(tiles) != 2 or min(tiles) < 1:
            raise ValueError(f'tile_grid_size must be two counts, not {tile_grid_size}')
        self.probability = probability
        self.clip_limit = clip_limit
        self.tile_grid_size = tiles

    def transform(self, results: dict) -> dict:
        """Change ``results['img']``, ``(H, W, 3)`` uint8; it is grey afterwards."""
        if np.random.uniform() < self.probability:
            grey = cv2.cvtColor(results['img'], cv2.COLOR_BGR2GRAY)
            equalised = mmcv.clahe(grey, self.clip_limit, self.tile_grid_size)
            results['img'] = cv2.cvtColor(equalised, cv2.COLOR_GRAY2BGR)
        return results

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(probability={self.probability}, '
            f'clip_limit={self.clip_limit}, tile_grid_size={self.tile_grid_size})'
        )
