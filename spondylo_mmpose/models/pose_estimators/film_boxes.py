"""Where the vertebrae of a film are, before anybody looks for corners."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.spine.boxes import FilmBoxes

FloatArray = NDArray[np.float32]

__all__ = ['BoxSource', 'FilmBoxes', 'FloatArray', 'LoadedFilm']


@dataclass(frozen=True)
class LoadedFilm:
    """A film as a data set's pipeline loaded it.

    Attributes:
        image: ``(H, W, 3)`` uint8.
        image_id: ``id`` of its image entry.
        path: Its file; ``None`` where there is none.
    """

    image: NDArray[np.uint8]
    image_id: int
    path: str | None


class BoxSource(Protocol):
    """What tells where vertebrae are: a detector, or a file that one left."""

    def find(self, films: Sequence[LoadedFilm]) -> list[FilmBoxes]:
        """Boxes of each film, all that there are."""
