"""What ``tools/predict.py`` left in a folder: which films its reports are of."""

import csv
from dataclasses import dataclass
from pathlib import Path

from spondylo_mmpose.apis.batch import FAILURES, SUMMARY
from spondylo_mmpose.apis.film_index import FilmIndex


@dataclass(frozen=True)
class PastRun:
    """Films of a run.

    Attributes:
        films: Their files by the stem of the report.
        failures: Why films failed, by their files.
    """

    films: dict[str, Path]
    failures: dict[Path, str]


def films_of_run(folder: Path) -> PastRun:
    """Read the index and the tables of a run; empty where there are none.

    The table tells what an index does not, of runs of older versions.

    Args:
        folder: Of the run.
    """
    films = {
        _path(row['report']).stem: _path(row['film'])
        for row in _rows(folder / SUMMARY, ('report', 'film'))
    }
    failures = {
        _path(row['film']): row['reason']
        for row in _rows(folder / FAILURES, ('film', 'reason'))
    }
    return PastRun(films | FilmIndex.of(folder).films, failures)


def _path(cell: str) -> Path:
    """A file out of a cell, in which names are kept from being computed."""
    return Path(cell[1:] if cell[:2] in ("'=", "'+", "'-", "'@") else cell)


def _rows(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    try:
        with path.open(newline='', encoding='utf-8-sig') as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error):
        return []
    return [row for row in rows if all(row.get(column) for column in columns)]
