"""The edge of the X-ray beam."""

import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

SIDES = np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
"""Inward normals of the left, right, upper and lower blade, x and y."""


@TRANSFORMS.register_module()
class RandomCollimation(BaseTransform):
    """Blacken what lies behind one or two blades of a collimator.

    A blade comes in from a side, leaning a little, with a soft edge. It stops before
    the first corner: what the beam did not reach, nobody labelled.

    Required Keys:

        - img: ``(H, W, C)`` uint8, a crop or a film
        - transformed_keypoints or keypoints (optional): ``(N, K, 2)`` px of it

    Modified Keys:

        - img

    Args:
        probability: Share of the samples that are changed.
        depth: How far a blade comes in at most, as a share of the image.
        margin: Least distance from a blade's edge to a corner, as such a share.
        lean: Largest angle between a blade and the image's side, degrees.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(
        self,
        probability: float = 0.2,
        depth: float = 0.3,
        margin: float = 0.03,
        lean: float = 8.0,
    ) -> None:
        for name, value, top in (
            ('probability', probability, 1),
            ('depth', depth, 1),
            ('margin', margin, 1),
            ('lean', lean, 45),
        ):
            if not 0 <= value <= top:
                raise ValueError(f'{name} must be within 0 and {top}, not {value}')
        self.probability = probability
        self.depth = depth
        self.margin = margin
        self.lean = lean

    def transform(self, results: dict) -> dict:
        """Darken ``results['img']`` behind the blades."""
        if np.random.uniform() >= self.probability:
            return results
        image = results['img']
        size = np.array(image.shape[1::-1], np.float32)
        points = results.get('transformed_keypoints', results.get('keypoints'))
        corners = np.zeros((0, 2)) if points is None else np.reshape(points, (-1, 2))
        blades = np.random.permutation(4)[: np.random.randint(1, 3)]
        light = np.ones(image.shape[:2], np.float32)
        for side in blades:
            light *= self._blade(SIDES[side], size, corners)
        shaded = image * light[..., None]
        results['img'] = (shaded + 0.5).astype(image.dtype)
        return results

    def _blade(
        self, inwards: np.ndarray, size: np.ndarray, corners: np.ndarray
    ) -> np.ndarray:
        """Share of the beam that passes one blade, ``(H, W)``."""
        angle = np.deg2rad(np.random.uniform(-self.lean, self.lean))
        turn = np.array(
            [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
        )
        normal = turn @ inwards
        extent = float(size @ np.abs(inwards))
        # Distances along the normal from the middle of the side it comes from.
        start = (size - 1) / 2 * (1 - inwards)
        reach = np.random.uniform(0, self.depth) * extent
        soft = np.random.uniform(0.5, 2.0)
        if len(corners):
            nearest = ((corners - start) @ normal).min()
            reach = min(reach, nearest - self.margin * extent - 2 * soft)
        columns, rows = np.meshgrid(
            np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32)
        )
        distance = (columns - start[0]) * normal[0] + (rows - start[1]) * normal[1]
        # From dark to light over four times the softness, around the edge.
        return np.clip((distance - reach) / (4 * soft) + 0.5, 0, 1)

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(probability={self.probability}, '
            f'depth={self.depth}, margin={self.margin}, lean={self.lean})'
        )
