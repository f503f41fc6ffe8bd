"""A CSV file that grows by rows of rising step, whole whenever writing stops."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from spondylo_mmpose.utils.io import atomic_file

STEP = 'step'


class GrowingTable:
    """One CSV file with a column ``step``.

    A row is written at once and in one piece. The first row after a start removes what
    an earlier start had written of the same and later steps, so that a run that was
    killed and resumed has each step once. A column that was not there before is added
    to all rows.

    Args:
        path: The file, which may not be there yet.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.columns: list[str] = []
        self._opened = False

    def add(self, step: int, values: Mapping[str, Any]) -> None:
        """Write a row.

        Args:
            step: Number of the step.
            values: Further columns.

        Raises:
            OSError: If the file cannot be written.
            SpondyloError: Likewise.
        """
        row = {STEP: step, **values}
        new = [name for name in row if name not in self.columns]
        if self._opened and not new:
            with self.path.open('a', encoding='utf-8', newline='') as stream:
                stream.write(_line([row.get(name, '') for name in self.columns]))
            return
        rows = [one for one in self._read() if self._opened or int(one[STEP]) < step]
        self.columns = list(dict.fromkeys([*(rows[0] if rows else ()), *row]))
        lines = [self.columns]
        lines += [[one.get(name, '') for name in self.columns] for one in [*rows, row]]
        with atomic_file(self.path) as temporary:
            temporary.write_text(''.join(map(_line, lines)), encoding='utf-8')
        self._opened = True

    def _read(self) -> list[dict[str, str]]:
        """Rows that are whole."""
        try:
            text = self.path.read_text(encoding='utf-8', errors='replace')
        except OSError:
            return []
        header, *rows = list(csv.reader(io.StringIO(text))) or [[]]
        if STEP not in header:
            return []
        whole = [
            dict(zip(header, row, strict=False))
            for row in rows
            if len(row) == len(header)
        ]
        return [row for row in whole if row[STEP].isdecimal()]


def _line(cells: Sequence[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator='\n').writerow(cells)
    return buffer.getvalue()
