"""What a format to export to has to say about itself."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np

from spondylo_mmpose.converters.coco import DatasetInfo, Film
from spondylo_mmpose.converters.coco_reader import facts_of
from spondylo_mmpose.spine import anatomy
from spondylo_mmpose.spine.anatomy import FloatArray

DECIMALS = 4
"""Decimals of a px."""

Pictures = Literal['all', 'no_dicom', 'eight_bit']


@dataclass(frozen=True)
class PlacedFilm:
    """A film and its name in the output.

    Attributes:
        film: The film.
        name: File name without folders, its stem unique in the split.
        image: Path of the image relative to the output, with ``/``.
    """

    film: Film
    name: str
    image: str

    @property
    def stem(self) -> str:
        """Name without the last suffix; it pairs image and label."""
        return Path(self.name).stem


class Exporter(ABC):
    """A format.

    Attributes:
        help: One line for ``--help``.
        pictures: Images that the format's readers can read; others become 8-bit PNG.
        keeps: Facts of a film that the format stores, by their names in the COCO
            file, and ``'level'`` and ``'order'``; ``None`` for all.
    """

    help: str
    pictures: Pictures = 'all'
    keeps: frozenset[str] | None = frozenset()

    @abstractmethod
    def image_path(self, film: Film, name: str) -> str:
        """Path of a film's image relative to the output, with ``/``."""

    @abstractmethod
    def write(
        self, folder: Path, films: Sequence[PlacedFilm], info: DatasetInfo
    ) -> None:
        """Write labels.

        Args:
            folder: Folder of the output; the images' folders exist.
            films: Films by split and name.
            info: What holds for all of them.
        """

    def losses(self, films: Sequence[Film]) -> list[str]:
        """What of these films the format cannot hold, one line each."""
        if self.keeps is None:
            return []
        lost = []
        present = {key for film in films for key in facts_of(film)}
        if any(any(film.levels or ()) for film in films):
            present.add('level')
        present |= {k for film in films for extra in film.vertebra_extra for k in extra}
        if names := sorted(present - self.keeps):
            lost.append(f'not stored by this format: {", ".join(names)}')
        gaps = sum(_has_gap(film.orders) for film in films)
        if gaps and 'order' not in self.keeps:
            lost.append(
                f'{gaps} films lack a vertebra between others; this format tells no '
                'gaps, so that its neighbours seem to be neighbours of each other'
            )
        return lost


def labelled(film: Film) -> np.ndarray:
    """Which corners are labelled, ``(N, 4)``."""
    known: np.ndarray = np.isfinite(anatomy.as_spine(film.corners)).all(axis=2)
    return known


def boxes_of(film: Film) -> FloatArray:
    """Boxes ``x1, y1, x2, y2`` of a film's vertebrae within it, px, ``(N, 4)``."""
    size = np.tile([film.width, film.height], 2)
    return np.clip(anatomy.vertebra_boxes(film.corners), 0, size)


def rounded(values: Iterable[float]) -> list[float]:
    """Plain floats with :data:`DECIMALS`."""
    return [round(float(value), DECIMALS) for value in values]


def facts_and_size(film: Film) -> Mapping[str, Any]:
    """Facts of a film together with its size and split."""
    size = {'width': film.width, 'height': film.height, 'split': film.split}
    return {**size, **facts_of(film)}


def _has_gap(orders: Sequence[int] | None) -> bool:
    if not orders:
        return False
    return orders[0] != 0 or any(b - a != 1 for a, b in pairwise(orders))
