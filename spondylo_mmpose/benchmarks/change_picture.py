"""What the changes of :mod:`.film_changes` look like: one phantom under each."""

from pathlib import Path

import cv2
import numpy as np

from spondylo_mmpose.benchmarks.film_changes import CHANGES, Grey
from spondylo_mmpose.benchmarks.trait_picture import write_jpeg
from spondylo_mmpose.imaging.warp import film_matrix, warp_film
from spondylo_mmpose.phantom.film import make_phantom

TILE = 180
"""Side of a film, px."""

COLUMNS = 6
TITLE_PX = 18


def draw_changes(path: Path, number: int = 4, seed: int = 11) -> None:
    """Write a picture: the same phantom as each change leaves it, its name above.

    Args:
        path: JPEG to write.
        number: Of the phantom.
        seed: Of the phantom.
    """
    film = make_phantom(seed, number).image
    tiles = [_tile(change(film).pixels, name) for name, change in CHANGES.items()]
    blank = np.full_like(tiles[0], 255)
    tiles += [blank] * (-len(tiles) % COLUMNS)
    rows = [np.hstack(tiles[i : i + COLUMNS]) for i in range(0, len(tiles), COLUMNS)]
    write_jpeg(path, np.vstack(rows))


def _tile(film: Grey, name: str) -> Grey:
    """The whole film in a grey square, ``(TITLE_PX + TILE, TILE)``."""
    size = (film.shape[1], film.shape[0])
    matrix = film_matrix(size, (TILE, TILE))
    shown = warp_film(film, matrix, (TILE, TILE))
    beside = warp_film(np.full_like(film, 255), matrix, (TILE, TILE)) < 128
    shown = np.where(beside, 128, shown).astype(np.uint8)
    title = np.full((TITLE_PX, TILE), 255, np.uint8)
    place = (3, TITLE_PX - 5)
    cv2.putText(title, name, place, cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0,), 1, cv2.LINE_AA)
    return np.vstack([title, shown])
