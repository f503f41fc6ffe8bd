"""Vertebrae whose opposite sides are not parallel."""

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS


@TRANSFORMS.register_module()
class RandomPerspective(BaseTransform):
    """Make one side of the image larger and the other smaller, corners included.

    Shifts, turns, stretches and shear leave opposite sides of a vertebra as parallel as
    they were. Vertebrae are wedges and trapezia, and readers set their corners some px
    from where others do; this makes them so.

    With ``u`` and ``v`` in [-1, 1] from the middle to the edges, a point goes to ``(u,
    v) / (1 + a u + b v)``. What comes from outside the image is its border, repeated.

    Required Keys:

        - img: ``(H, W, C)`` uint8, a crop
        - transformed_keypoints: ``(N, K, 2)`` px of it

    Modified Keys:

        - img
        - transformed_keypoints

    Args:
        strength: Largest ``a`` and ``b``, drawn evenly from both signs. With 0.15 the
            sides of a vertebra that fills two thirds of the crop differ by up to 20 %.
        probability: Share of the samples that are changed.

    Raises:
        ValueError: If an argument is out of range.
    """

    def __init__(self, strength: float = 0.15, probability: float = 0.7) -> None:
        # At 0.5 a corner of the crop would go to infinity.
        if not 0 <= strength < 0.5:
            raise ValueError(f'strength must be from 0 to below 0.5, not {strength}')
        if not 0 <= probability <= 1:
            raise ValueError(f'probability must be within 0 and 1, not {probability}')
        self.strength = strength
        self.probability = probability

    def transform(self, results: dict) -> dict:
        """Change a copy of ``results['img']`` and the corners on it."""
        if np.random.uniform() >= self.probability:
            return results
        height, width = results['img'].shape[:2]
        moved = perspective(
            (width, height), np.random.uniform(-self.strength, self.strength, 2)
        )
        results['img'] = cv2.warpPerspective(
            results['img'],
            moved,
            (width, height),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        corners = np.asarray(results['transformed_keypoints'])
        there = cv2.perspectiveTransform(
            corners.reshape(-1, 1, 2).astype(np.float64), moved
        )
        results['transformed_keypoints'] = there.reshape(corners.shape).astype(
            corners.dtype
        )
        return results

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(strength={self.strength}, '
            f'probability={self.probability})'
        )


def perspective(size: tuple[int, int], slopes: np.ndarray) -> np.ndarray:
    """Matrix of a perspective that leaves the middle where it is.

    Args:
        size: Width and height of the image, px, whose whole numbers are centres.
        slopes: ``a`` and ``b`` of :class:`RandomPerspective`.

    Returns:
        ``(3, 3)``, from px to px.
    """
    half = np.array(size) / 2
    to_shares = np.diag([*(1 / half), 1.0])
    to_shares[:2, 2] = -(half - 0.5) / half
    bent = np.eye(3)
    bent[2, :2] = slopes
    return np.asarray(np.linalg.inv(to_shares) @ bent @ to_shares)
