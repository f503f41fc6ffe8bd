"""The files in which the results of an evaluation are kept."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from spondylo_mmpose.evaluation.corner_tables import (
    Row,
    film_rows,
    level_rows,
    vertebra_rows,
)
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.evaluation.result_plots import cumulative_plot, level_plot
from spondylo_mmpose.utils.io import atomic_file, write_json

METRICS = 'metrics.json'
PER_FILM = 'per_film.csv'
PER_VERTEBRA = 'per_vertebra.csv'
PER_LEVEL = 'per_level.csv'
CUMULATIVE = 'cumulative_error.png'
BY_LEVEL = 'error_by_level.png'


def write_result_files(
    folder: str | Path,
    metrics: Mapping[str, Any],
    records: Sequence[VertebraRecord],
    plots: bool = True,
) -> list[Path]:
    """Write metric values, tables and pictures; each file whole or not at all.

    Args:
        folder: Made when missing; files of an earlier evaluation are replaced.
        metrics: Metric values. Neither NaN nor infinity is a number of JSON: both
            become ``null``, and ``corners_lost`` tells which it was.
        records: Unique vertebrae whose boxes were given; without any only the metric
            values are written.
        plots: Draw pictures as well.

    Returns:
        The files written: ``metrics.json``, ``per_film.csv``, ``per_vertebra.csv``,
        ``per_level.csv``, ``cumulative_error.png``, ``error_by_level.png``.

    Raises:
        SpondyloError: If one cannot be written.
    """
    folder = Path(folder)
    written = [write_json(folder / METRICS, dict(metrics))]
    if not records:
        return written
    for name, rows in (
        (PER_FILM, film_rows(records)),
        (PER_VERTEBRA, vertebra_rows(records)),
        (PER_LEVEL, level_rows(records)),
    ):
        written.append(write_table(folder / name, rows))
    if plots:
        for name, draw in ((CUMULATIVE, cumulative_plot), (BY_LEVEL, level_plot)):
            with atomic_file(folder / name) as temporary:
                temporary.write_bytes(draw(records))
            written.append(folder / name)
    return written


def write_table(path: Path, rows: Sequence[Row]) -> Path:
    """Write rows as CSV, atomically.

    Args:
        path: File to write.
        rows: At least one; the columns are those of the first. ``None`` and NaN give
            an empty cell, infinity gives ``inf``.

    Returns:
        The path written.

    Raises:
        SpondyloError: If it cannot be written.
    """
    with (
        atomic_file(path) as temporary,
        temporary.open('w', newline='', encoding='utf-8') as stream,
    ):
        table = csv.DictWriter(stream, list(rows[0]))
        table.writeheader()
        for row in rows:
            # NaN differs from itself.
            table.writerow({k: v if v == v else '' for k, v in row.items()})
    return path
