"""The files in which the results of an evaluation are kept."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from spondylo_mmpose.evaluation.corner_tables import Row
from spondylo_mmpose.evaluation.detection import FilmOutcome, compare_films
from spondylo_mmpose.evaluation.film_pairs import SCORE_THRESHOLD, FilmPair
from spondylo_mmpose.evaluation.matched_records import outcome_records
from spondylo_mmpose.evaluation.matching import IOU_THRESHOLD
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.evaluation.result_plots import (
    cumulative_plot,
    found_plot,
    level_plot,
)
from spondylo_mmpose.evaluation.result_tables import outcome_tables, record_tables
from spondylo_mmpose.spine.measurements import NO_SLIP_THRESHOLD
from spondylo_mmpose.utils.io import atomic_file, write_json

METRICS = 'metrics.json'
CUMULATIVE = 'cumulative_error.png'
BY_LEVEL = 'error_by_level.png'
FOUND = 'found_by_level.png'


def write_result_files(
    folder: str | Path,
    metrics: Mapping[str, Any],
    records: Sequence[VertebraRecord] = (),
    pairs: Sequence[FilmPair] = (),
    plots: bool = True,
) -> list[Path]:
    """Write metric values, tables and pictures; each file whole or not at all.

    Args:
        folder: Made when missing; files of an earlier evaluation are replaced.
        metrics: Metric values. Neither NaN nor infinity is a number of JSON: both
            become ``null``, and ``corners_lost`` tells which it was. Thresholds that
            stand here hold for the tables too.
        records: Unique vertebrae whose boxes were given.
        pairs: Unique films on which vertebrae had to be found, where there are no
            records. With neither only the metric values are written.
        plots: Draw pictures as well.

    Returns:
        The files written: ``metrics.json``, ``per_film.csv``, ``per_vertebra.csv``,
        ``per_level.csv``, ``cumulative_error.png``, ``error_by_level.png`` and end to
        end ``found_by_level.png``.

    Raises:
        SpondyloError: If one cannot be written.
    """
    folder = Path(folder)
    written = [write_json(folder / METRICS, dict(metrics))]
    no_slip = metrics.get('clinical/no_slip_threshold', NO_SLIP_THRESHOLD)
    outcomes: Sequence[FilmOutcome] = ()
    if not records:
        outcomes = compare_films(
            pairs,
            metrics.get('spine/score_threshold', SCORE_THRESHOLD),
            metrics.get('spine/iou_threshold', IOU_THRESHOLD),
        )
        records = outcome_records(outcomes)
    if not records:
        return written
    if outcomes:
        tables = outcome_tables(outcomes, no_slip)
    else:
        tables = record_tables(records, no_slip)
    for name, rows in tables.items():
        written.append(write_table(folder / name, rows))
    pictures = {CUMULATIVE: lambda: cumulative_plot(records)}
    pictures[BY_LEVEL] = lambda: level_plot(records)
    if outcomes:
        pictures[FOUND] = lambda: found_plot(outcomes)
    for name, draw in pictures.items() if plots else ():
        with atomic_file(folder / name) as temporary:
            temporary.write_bytes(draw())
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
