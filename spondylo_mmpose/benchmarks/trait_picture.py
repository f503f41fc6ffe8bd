"""What traits of phantoms look like: the same vertebrae with each of them."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.benchmarks.phantom_usefulness import traits_of
from spondylo_mmpose.phantom.film import make_phantom
from spondylo_mmpose.spine.anatomy import FloatArray
from spondylo_mmpose.utils.io import atomic_file

TILE = 150
"""Side of a crop, px."""

WIDER = 2.0
"""Side of a crop in terms of the vertebra's longer one."""


def draw_picture(
    path: Path, names: Sequence[str], films: Sequence[int], seed: int = 11
) -> None:
    """Write a picture: a row for each set, S1 and L4 of each film beside each other.

    A broken vertebra takes the place of L4.

    Args:
        path: JPEG to write.
        names: Sets, see :func:`.traits_of`.
        films: Numbers of phantoms that show both vertebrae.
        seed: Of the phantoms.
    """
    rows = []
    for name in names:
        tiles = []
        for number in films:
            drawn = make_phantom(seed, number, traits=traits_of(name))
            broken = [k for k, kind in enumerate(drawn.truth.fractures) if kind]
            shown = (0, broken[0] if broken else 2)
            tiles += [crop(drawn.image, drawn.truth.corners[k]) for k in shown]
        rows.append(np.hstack(tiles))
    write_jpeg(path, np.vstack(rows))


def write_jpeg(path: Path, picture: NDArray[np.uint8]) -> None:
    """Write a picture of the docs, whole or not at all.

    Args:
        path: JPEG to write.
        picture: ``(H, W)``.
    """
    _, encoded = cv2.imencode('.jpg', picture, [cv2.IMWRITE_JPEG_QUALITY, 80])
    with atomic_file(path) as temporary:
        temporary.write_bytes(encoded.tobytes())


def crop(image: NDArray[np.uint8], corners: FloatArray) -> NDArray[np.uint8]:
    """A square around a vertebra, ``(TILE, TILE)``.

    Args:
        image: The film.
        corners: ``(4, 2)`` px.
    """
    low, high = corners.min(axis=0), corners.max(axis=0)
    scale = TILE / (WIDER * float(max(high - low)))
    shift = TILE / 2 - scale * (low + high) / 2
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    return np.asarray(cv2.warpAffine(image, matrix, (TILE, TILE)), np.uint8)
