"""One table for a whole data set: a row for each vertebra."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spondylo_mmpose.converters.coco import DatasetInfo, Film
from spondylo_mmpose.converters.formats.csv_table import (
    COLUMNS,
    CORNER_COLUMNS,
    FILM_COLUMNS,
    TABLE_NAME,
)
from spondylo_mmpose.exporters.base import Exporter, PlacedFilm, labelled, rounded
from spondylo_mmpose.utils.io import atomic_file


class CsvExporter(Exporter):
    """RFC 4180 in UTF-8: commas, CRLF, quotes doubled; an empty cell means unknown."""

    help = f'one table {TABLE_NAME}, a row for each vertebra'
    keeps = frozenset(
        {*FILM_COLUMNS, 'pixel_spacing_mm', 'original_size', 'level', 'order'}
    )

    def image_path(self, film: Film, name: str) -> str:
        """``images/<split>/<name>``."""
        return f'images/{film.split}/{name}'

    def write(
        self, folder: Path, films: Sequence[PlacedFilm], info: DatasetInfo
    ) -> None:
        """Write the table; a film without labels has one row without vertebra."""
        with (
            atomic_file(folder / TABLE_NAME) as temporary,
            temporary.open('w', encoding='utf-8', newline='') as stream,
        ):
            table = csv.DictWriter(stream, COLUMNS, restval='')
            table.writeheader()
            for one in films:
                table.writerows(rows_of(one))


def rows_of(one: PlacedFilm) -> list[dict[str, Any]]:
    """Rows of one film, from the lowest vertebra upward."""
    film = one.film
    facts: dict[str, Any] = {key: getattr(film, key, None) for key in FILM_COLUMNS}
    facts['file'] = one.image.removeprefix('images/')
    spacing_x, spacing_y = film.pixel_spacing_mm or (None, None)
    width, height = film.original_size or (None, None)
    facts |= {'pixel_spacing_x_mm': spacing_x, 'pixel_spacing_y_mm': spacing_y}
    facts |= {'original_width': width, 'original_height': height}
    number = len(film.corners)
    if number == 0:
        return [facts]
    levels = film.levels or [None] * number
    orders = film.orders or range(number)
    known = labelled(film)
    rows = []
    for i, quad in enumerate(film.corners):
        row = {
            **facts,
            'order': orders[i],
            'level': levels[i],
            'level_origin': film.level_origin,
        }
        for (x, y, v), point, seen in zip(CORNER_COLUMNS, quad, known[i], strict=True):
            if seen:
                row[x], row[y] = rounded(point)
            row[v] = 2 if seen else 0
        rows.append(row)
    return rows
