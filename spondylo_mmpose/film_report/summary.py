"""Reports of many films as one table."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from spondylo_mmpose.film_report.spine_report import Pair, SpineReport
from spondylo_mmpose.presentation.escaping import csv_text
from spondylo_mmpose.utils.io import atomic_file

Row = Mapping[str, Any]

FILM_COLUMNS = (
    'film',
    'report',
    'vertebrae',
    'lowest_level',
    'level_origin',
    'facing',
    'facing_origin',
    'pixel_spacing_x_mm',
    'pixel_spacing_y_mm',
    'lordosis',
    'warnings',
)
PAIR_COLUMNS = (
    'upper',
    'lower',
    'slip_percent',
    'slip_low',
    'slip_high',
    'slip_mm',
    'grade',
    'direction',
    'disc_angle',
    'not_measured',
)
COLUMNS = (*FILM_COLUMNS, *PAIR_COLUMNS)
FAILURE_COLUMNS = ('film', 'reason')


def summary_rows(film: Path, report_file: Path, report: SpineReport) -> list[Row]:
    """Rows of one film: one for each pair from the lowest upward, at least one.

    Args:
        film: Its file.
        report_file: File of the report.
        report: The report.
    """
    x, y = report.film.pixel_spacing_mm or (None, None)
    lowest = report.vertebrae[0] if report.vertebrae else None
    of_film: dict[str, Any] = {
        'film': str(film),
        'report': report_file.name,
        'vertebrae': len(report.vertebrae),
        'lowest_level': lowest and lowest.level,
        'level_origin': lowest and lowest.level_origin,
        'facing': report.film.facing,
        'facing_origin': report.film.facing_origin,
        'pixel_spacing_x_mm': x,
        'pixel_spacing_y_mm': y,
        'lordosis': report.lordosis.degrees,
        'warnings': ' '.join(warning.code for warning in report.warnings),
    }
    return [of_film | _pair_cells(pair) for pair in report.pairs] or [of_film]


def _pair_cells(pair: Pair) -> dict[str, Any]:
    low, high = pair.slip_interval or (None, None)
    return {
        'upper': pair.upper,
        'lower': pair.lower,
        'slip_percent': pair.slip_percent,
        'slip_low': low,
        'slip_high': high,
        'slip_mm': pair.slip_mm,
        'grade': pair.grade,
        'direction': pair.direction,
        'disc_angle': pair.disc_angle,
        'not_measured': pair.reasons.get('slip_percent'),
    }


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> Path:
    """Write a table as CSV, whole or not at all.

    Text that a spreadsheet would compute is made harmless; an empty cell was not
    measured.

    Raises:
        SpondyloError: If it cannot be written.
    """
    with atomic_file(path) as temporary:
        text = table_text(columns, rows)
        temporary.write_text(text, encoding='utf-8', newline='')
    return path


def table_text(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """A table as CSV text, see :func:`write_rows`."""
    # The mark at the beginning has spreadsheets read names as UTF-8.
    stream = io.StringIO('\ufeff', newline='')
    stream.seek(0, io.SEEK_END)
    table = csv.DictWriter(stream, columns)
    table.writeheader()
    for row in rows:
        table.writerow(
            {k: csv_text(v) if isinstance(v, str) else v for k, v in row.items()}
        )
    return stream.getvalue()
