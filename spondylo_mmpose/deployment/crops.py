"""Crops of single vertebrae, cut as MMPose's ``TopdownAffine`` cuts them.

MMPose's own needs torch. Tests compare the two.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CropFrame:
    """Where crops lie on their films.

    Attributes:
        centres: ``(N, 2)`` px of the film.
        sides: ``(N, 2)`` width and height, px of the film.
    """

    centres: FloatArray
    sides: FloatArray

    @classmethod
    def around(
        cls, boxes: ArrayLike, padding: float, input_size: tuple[int, int]
    ) -> 'CropFrame':
        """Frames of the input's aspect around boxes.

        Args:
            boxes: ``(N, 4)`` ``x1, y1, x2, y2``, px of the film.
            padding: Their sides grow by this factor.
            input_size: Width and height of the input, px.
        """
        corners = np.asarray(boxes, np.float64).reshape(-1, 2, 2)
        sides = (corners[:, 1] - corners[:, 0]) * padding
        aspect = input_size[0] / input_size[1]
        width = np.maximum(sides[:, 0], sides[:, 1] * aspect)
        return cls(corners.mean(1), np.stack([width, width / aspect], 1))

    def cut(
        self,
        film: NDArray[np.uint8],
        number: int,
        input_size: tuple[int, int],
        udp: bool,
    ) -> NDArray[np.uint8]:
        """Cut one crop out of its film.

        Args:
            film: ``(H, W, 3)``.
            number: Of the frame.
            input_size: Width and height of the crop, px.
            udp: Whether frame and crop meet at the centres of their outermost pixels,
                see :class:`mmpose.codecs.UDPHeatmap`.

        Returns:
            ``(H, W, 3)`` of the input size, black beside the film.
        """
        centre, side = self.centres[number], self.sides[number]
        factors = (np.array(input_size, np.float64) - udp) / side
        offset = factors * (side / 2 - centre)
        matrix = np.column_stack([np.diag(factors), offset])
        return np.asarray(cv2.warpAffine(film, matrix, input_size), np.uint8)

    def to_film(
        self, corners: FloatArray, input_size: tuple[int, int]
    ) -> tuple[FloatArray, FloatArray]:
        """Take corners to the films.

        Args:
            corners: ``(N, 4, 2)`` px, in which a crop is as wide as its frame.
            input_size: Width and height of the crops, px.

        Returns:
            Corners ``(N, 4, 2)`` px of the film, and px of the film in one of the
            crop ``(N,)``.
        """
        sizes = self.sides[:, None]
        start = self.centres[:, None] - sizes / 2
        moved = np.asarray(corners / input_size * sizes + start, np.float64)
        return moved, self.sides[:, 0] / input_size[0]
