"""Pixel spacing from distances that somebody measured on the films."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from spondylo_mmpose.calibration.distances import Distance, DistanceError, solve
from spondylo_mmpose.calibration.spacing import (
    Method,
    Outcome,
    Refusal,
    Spacing,
    is_plausible,
    namesakes,
)
from spondylo_mmpose.calibration.table import read_table
from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.converters.text_table import finite_number
from spondylo_mmpose.errors import SpondyloError

COLUMNS = ('filename', 'x1', 'y1', 'x2', 'y2', 'mm')

MAX_RESIDUAL = 0.05
"""Distances whose lengths disagree by more than this share contradict each other."""


class KnownDistances(Method):
    """Calibrate by known distances, px of the stored image.

    Args:
        distances: Distances of each film, by path or file name.
        square: Pixels of the stored image are square.
        square_original: Pixels were square before the film was resized; its original
            size then tells the ratio of the axes.
    """

    def __init__(
        self,
        distances: Mapping[str, Sequence[Distance]],
        square: bool = False,
        square_original: bool = False,
    ) -> None:
        self.distances = distances
        self.square, self.square_original = square, square_original
        self.namesakes: set[str] = set()
        self.used: set[str] = set()

    def prepare(self, films: Sequence[Film]) -> None:
        """See the base class.

        Raises:
            SpondyloError: If not one film has any of the names.
        """
        self.namesakes = namesakes(films)
        paths = {film.file_name for film in films}
        names = paths | {PurePosixPath(path).name for path in paths}
        if not names & self.distances.keys():
            raise SpondyloError(
                f'{min(self.distances)}: no film of the data set is called so; name it '
                'by its path below images/ or by its file name'
            )

    def unused(self) -> int:
        """Number of names that no film asked for so far."""
        return len(self.distances.keys() - self.used)

    def __call__(self, film: Film, path: Path) -> Outcome:
        """See the base class."""
        keys = (film.file_name, PurePosixPath(film.file_name).name)
        key = next((k for k in keys if k in self.distances), None)
        if key is None:
            return Refusal('no distance is known')
        self.used.add(key)
        if film.file_name in self.namesakes and key != film.file_name:
            return Refusal('other films have its name; name it by its path')
        found = self.distances[key]
        aspect = 1.0 if self.square else None
        if self.square_original:
            if film.original_size is None:
                return Refusal('its original size is not known')
            width, height = film.original_size
            aspect = (width / film.width) / (height / film.height)
        try:
            solution = solve(found, aspect)
        except DistanceError as error:
            return Refusal(str(error))
        worst = float(np.abs(solution.residuals).max())
        if worst > MAX_RESIDUAL:
            return Refusal(
                'its distances contradict each other',
                {'percent': round(100 * worst, 1)},
            )
        if not is_plausible(solution.mm):
            return Refusal('not plausible in mm', {'mm': list(solution.mm)})
        return Spacing(solution.mm, 'distance')


def read_distances(path: str | Path) -> dict[str, list[Distance]]:
    """Read a CSV table with the columns :data:`COLUMNS`, one distance a row.

    Raises:
        SpondyloError: If it cannot be read or a cell is missing.
    """
    found: dict[str, list[Distance]] = defaultdict(list)
    for line, cells in read_table(Path(path), COLUMNS[1:]):
        values = [finite_number(cells.get(name, '')) for name in COLUMNS[1:]]
        name = cells.get('filename', '').strip()
        known = [v for v in values if v is not None]
        if not name or len(known) != len(values) or known[4] <= 0:
            raise SpondyloError(
                f'{path}: line {line} needs {", ".join(COLUMNS)}, px and mm above 0'
            )
        x1, y1, x2, y2, mm = known
        found[name].append(Distance((x1, y1), (x2, y2), mm))
    return dict(found)
