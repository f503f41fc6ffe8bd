"""A whole film onto the input of a network and back, without torch."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def film_matrix(
    size: Sequence[float],
    input_size: Sequence[float],
    factors: ArrayLike = 1.0,
    angle: float = 0.0,
    shift: ArrayLike = 0.0,
) -> FloatArray:
    """Matrix that brings a film onto the input, as large as fits, centred.

    Film and input meet at their edges, not at the centres of their outermost pixels.

    Args:
        size: Width and height of the film, px.
        input_size: Of the input.
        factors: By which the film is larger than what fits, along x and y.
        angle: By which it is then turned, radians.
        shift: Then, as a share of the input's sides.

    Returns:
        ``(3, 3)``, px of the film to px of the input.
    """
    target = np.array(input_size, dtype=np.float64)
    fit = float((target / size).min())
    cos, sin = np.cos(angle), np.sin(angle)
    matrix = np.eye(3)
    matrix[:2, :2] = np.array([[cos, -sin], [sin, cos]]) * (fit * np.asarray(factors))
    centre = (np.array(size) - 1) / 2
    moved = target * np.asarray(shift)
    matrix[:2, 2] = (target - 1) / 2 + moved - matrix[:2, :2] @ centre
    return matrix


def warp_film(
    image: NDArray[np.uint8], matrix: FloatArray, input_size: tuple[int, int]
) -> NDArray[np.uint8]:
    """Bring a film onto the input; black beside it.

    A film that shrinks to less than half is averaged first, because sampling four of
    its many pixels would alias.

    Args:
        image: ``(H, W, C)``.
        matrix: Of :func:`film_matrix`.
        input_size: Width and height of the input, px.

    Returns:
        ``(H, W, C)`` of the input size.
    """
    smaller, to_smaller = _averaged(image, matrix)
    direct = matrix @ np.linalg.inv(to_smaller)
    return np.asarray(cv2.warpAffine(smaller, direct[:2], input_size), np.uint8)


def to_input(points: ArrayLike, warp_mat: ArrayLike) -> FloatArray:
    """Take points of the film to the input.

    Args:
        points: ``(..., 2)`` px of the film.
        warp_mat: ``(2, 3)``, px of the film to px of the input.

    Returns:
        The points in px of the input.
    """
    matrix = np.asarray(warp_mat, np.float64)
    return np.asarray(points) @ matrix[:2, :2].T + matrix[:2, 2]


def to_film(points: ArrayLike, warp_mat: ArrayLike) -> tuple[FloatArray, float]:
    """Take points of the input to the film.

    Args:
        points: ``(..., 2)`` px of the input.
        warp_mat: ``(2, 3)``, px of the film to px of the input.

    Returns:
        The points in px of the film, and the side of a square of the film that a pixel
        of the input comes from, px.
    """
    matrix = np.vstack([np.asarray(warp_mat, np.float64)[:2], [0, 0, 1]])
    back = np.linalg.inv(matrix)
    moved = np.asarray(points) @ back[:2, :2].T + back[:2, 2]
    return moved, float(np.sqrt(abs(np.linalg.det(back[:2, :2]))))


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
