"""Pixel spacing from a table of films."""

import json
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from spondylo_mmpose.calibration.spacing import (
    Method,
    Outcome,
    Refusal,
    Spacing,
    is_plausible,
    namesakes,
    resized,
)
from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.converters.naming import parse_name
from spondylo_mmpose.converters.text_table import csv_records, finite_number
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.io import read_json

_NAME = ('filename', 'file_name', 'file', 'image', 'name')
_BOTH = ('pixel_spacing_mm', 'spacing_mm')
_X = ('spacing_x_mm', 'pixel_spacing_x_mm')
_Y = ('spacing_y_mm', 'pixel_spacing_y_mm')
_WIDTH, _HEIGHT = ('original_width',), ('original_height',)
_NUMBERS = (*_BOTH, *_X, *_Y, *_WIDTH, *_HEIGHT)


@dataclass(frozen=True)
class Row:
    """What a table says of one film.

    Attributes:
        key: Its name there.
        mm: ``(x, y)`` mm per px.
        size: ``(width, height)`` px of the image that the spacing is of, if told.
    """

    key: str
    mm: tuple[float, float]
    size: tuple[int, int] | None = None


class SpacingTable(Method):
    """Calibrate by a CSV table or a JSON file.

    CSV: columns ``filename`` and ``pixel_spacing_mm`` (for square pixels) or
    ``spacing_x_mm`` and ``spacing_y_mm``; ``original_width`` and ``original_height`` if
    they are known. JSON: ``{"default_pixel_spacing_mm": s, "images": {name:
    {"spacing": s or [x, y]}}}``.

    A film is looked for by its path, its file name, that without suffix, its name
    before an export, that without the digit of the view, and its patient.

    Args:
        path: The table.
        original: Whether its spacings are those of the films before they were resized;
            they are then scaled by the original size, which the table or the data set
            has to tell.
        use_default: Take the file's default for films that it does not name.

    Raises:
        SpondyloError: If it cannot be read, or has a row without a usable spacing.
    """

    def __init__(
        self, path: str | Path, original: bool = False, use_default: bool = False
    ) -> None:
        self.path, self.original = Path(path), original
        self.default: tuple[float, float] | None = None
        self.used: set[str] = set()
        self.namesakes: set[str] = set()
        rows = self._read()
        if use_default and self.default is None:
            raise SpondyloError(f'{path}: names no default_pixel_spacing_mm')
        if not use_default:
            self.default = None
        self.rows: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            for key in {row.key, PurePosixPath(row.key).stem}:
                self.rows[key].append(row)
        self.names = {row.key for row in rows}

    def unused(self) -> int:
        """Number of names that no film asked for so far."""
        return len(self.names - self.used)

    def prepare(self, films: Sequence[Film]) -> None:
        """See the base class."""
        self.namesakes = namesakes(films)

    def __call__(self, film: Film, path: Path) -> Outcome:
        """See the base class."""
        found = self._find(film)
        if isinstance(found, Refusal):
            return found
        mm, size, origin = found.mm, found.size, f'table:{self.path.name}'
        if found.key == '':
            origin += ':default'
        if self.original:
            size = size or film.original_size
            if size is None:
                return Refusal('its original size is not known')
            mm = resized(mm, size, (film.width, film.height))
        if not is_plausible(mm):
            return Refusal('not plausible in mm', {'mm': list(mm)})
        return Spacing(mm, origin)

    def _find(self, film: Film) -> Row | Refusal:
        for key in _keys(film):
            rows = self.rows.get(key)
            if not rows:
                continue
            self.used |= {row.key for row in rows}
            if film.file_name in self.namesakes and key == PurePosixPath(key).name:
                return Refusal('other films have its name; the table needs paths')
            if len({(row.mm, row.size) for row in rows}) > 1:
                names = sorted({row.key for row in rows})
                return Refusal(
                    'rows of the table contradict each other', {'rows': names}
                )
            return rows[0]
        if self.default is not None:
            return Row('', self.default)
        return Refusal('not in the table')

    def _read(self) -> list[Row]:
        suffix = self.path.suffix.lower()
        if not self.path.is_file():
            raise SpondyloError(f'{self.path}: no such file; name a CSV or JSON table')
        if suffix in ('.xlsx', '.xls', '.ods'):
            raise SpondyloError(f'{self.path}: a spreadsheet; save it as CSV')
        if suffix == '.json':
            return self._read_json(read_json(self.path))
        return [
            self._row(line, cells) for line, cells in read_table(self.path, _NUMBERS)
        ]

    def _read_json(self, content: Any) -> list[Row]:
        images = content.get('images') if isinstance(content, dict) else None
        if not isinstance(images, dict):
            raise SpondyloError(
                f'{self.path}: no object "images"; expected {{"images": {{name: '
                '{"spacing": mm}}}'
            )
        if (default := content.get('default_pixel_spacing_mm')) is not None:
            self.default = self._pair(default, 'default_pixel_spacing_mm')
        rows = []
        for name, entry in images.items():
            spacing = entry.get('spacing') if isinstance(entry, dict) else entry
            rows.append(Row(name.strip(), self._pair(spacing, name)))
        return rows

    def _pair(self, value: Any, where: str) -> tuple[float, float]:
        values = value if isinstance(value, list) else [value, value]
        numbers = [v for v in values if type(v) in (int, float) and math.isfinite(v)]
        if len(values) != 2 or len(numbers) != 2 or min(numbers) <= 0:
            raise SpondyloError(
                f'{self.path}: {where!r} has the spacing {json.dumps(value)}; a number '
                'of mm above 0 or two of them, x and y, are needed'
            )
        return float(numbers[0]), float(numbers[1])

    def _row(self, line: int, cells: Mapping[str, str]) -> Row:
        name = _cell(cells, _NAME)
        both, x, y = _cell(cells, _BOTH), _cell(cells, _X), _cell(cells, _Y)
        mm = [finite_number(v) for v in ((x, y) if x or y else (both, both))]
        if not name or any(v is None or v <= 0 for v in mm):
            raise SpondyloError(
                f'{self.path}: line {line} needs {_NAME[0]} and {_BOTH[0]}, or {_X[0]} '
                f'and {_Y[0]}, above 0'
            )
        size = [finite_number(_cell(cells, keys)) for keys in (_WIDTH, _HEIGHT)]
        known = [int(v) for v in size if v is not None and v >= 1]
        return Row(
            name,
            (float(mm[0] or 0), float(mm[1] or 0)),
            (known[0], known[1]) if len(known) == 2 else None,
        )


def read_table(
    path: Path, numbers: Collection[str]
) -> list[tuple[int, dict[str, str]]]:
    """Lines of a CSV table with their numbers; column names in lower case.

    Args:
        path: The table.
        numbers: Its columns of numbers, for their decimal commas.

    Raises:
        SpondyloError: If it cannot be read or has no row.
    """
    try:
        rows = csv_records(path.read_bytes(), numbers)
    except (OSError, ValueError) as error:
        raise SpondyloError(
            f'{path}: cannot be read as a CSV table ({error}); save it as UTF-8 CSV'
        ) from error
    if not rows:
        raise SpondyloError(f'{path}: has no row below its line of column names')
    return rows


def _cell(cells: Mapping[str, str], names: Iterable[str]) -> str:
    return next((cells[n].strip() for n in names if cells.get(n, '').strip()), '')


def _keys(film: Film) -> list[str]:
    """Names under which a film may stand in a table, the surest first."""
    path = PurePosixPath(film.file_name)
    group = film.group or parse_name(path.stem).group
    # BUU's own table names films with or without the digit of the view.
    bare = group[:-1] if group[-2:] in ('Y0', 'Y1') else group
    keys = [film.file_name, path.name, path.stem, group, bare, film.patient_id or '']
    return [key for key in dict.fromkeys(keys) if key]
