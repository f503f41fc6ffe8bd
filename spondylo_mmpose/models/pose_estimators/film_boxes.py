"""Where the vertebrae of a film are, before anybody looks for corners."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]


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


@dataclass(frozen=True)
class FilmBoxes:
    """Boxes of one film.

    Attributes:
        boxes: ``(N, 4)`` ``x1, y1, x2, y2``, px of the film.
        scores: ``(N,)`` in [0, 1].
    """

    boxes: FloatArray
    scores: FloatArray

    def best(self, threshold: float, most: int, size: tuple[int, int]) -> 'FilmBoxes':
        """Boxes that count, within the film, the best first.

        Args:
            threshold: Least score.
            most: Largest number.
            size: Width and height of the film, px. A box that has no px of it goes.
        """
        # As the data set cuts the boxes that pose models are trained on.
        border = np.array([*size, *size], np.float32) - 1
        boxes = np.clip(self.boxes.reshape(-1, 4), 0, border)
        counts = (self.scores >= threshold) & (boxes[:, 2:] > boxes[:, :2]).all(1)
        order = np.argsort(-self.scores, kind='stable')
        chosen = order[counts[order]][:most]
        return FilmBoxes(boxes[chosen], self.scores[chosen])


class BoxSource(Protocol):
    """What tells where vertebrae are: a detector, or a file that one left."""

    def find(self, films: Sequence[LoadedFilm]) -> list[FilmBoxes]:
        """Boxes of each film, all that there are."""
