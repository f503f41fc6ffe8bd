"""One table for a whole data set: a row for each vertebra."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from spondylo_mmpose.converters.archive import MemberError, RawSource
from spondylo_mmpose.converters.attribution import exported_info
from spondylo_mmpose.converters.cleaning import Note
from spondylo_mmpose.converters.coco import DatasetInfo, Film
from spondylo_mmpose.converters.conversion_report import ConversionReport
from spondylo_mmpose.converters.corner_names import level_named
from spondylo_mmpose.converters.encodings import OWN
from spondylo_mmpose.converters.formats.base import FilmResult, Format, RawFilm, settle
from spondylo_mmpose.converters.formats.facts import film_of, size_agrees
from spondylo_mmpose.converters.formats.pairing import (
    Images,
    split_named,
    split_of,
    tell_apart,
)
from spondylo_mmpose.converters.labels import (
    LEVEL_FROM_FILE,
    RawLabels,
    RawVertebra,
    make_vertebra,
)
from spondylo_mmpose.converters.text_table import (
    csv_rows,
    finite_number,
    point_decimals,
)
from spondylo_mmpose.imaging import Radiograph
from spondylo_mmpose.spine.anatomy import CORNERS

TABLE_NAME = 'vertebrae.csv'

FILM_COLUMNS = (
    'file', 'split', 'width', 'height', 'patient_id', 'group', 'source', 'sex', 'age',
    'view', 'pixel_spacing_x_mm', 'pixel_spacing_y_mm', 'pixel_spacing_origin',
    'original_width', 'original_height',
)  # fmt: skip
"""Columns that repeat in all rows of a film; ``file`` is relative to ``images``."""

CORNER_COLUMNS = tuple((f'{c}_x', f'{c}_y', f'{c}_v') for c in CORNERS)
"""Columns of each corner: px, px, and 2 where it is labelled or 0."""

COLUMNS = (
    *FILM_COLUMNS,
    'order',
    'level',
    'level_origin',
    *(name for names in CORNER_COLUMNS for name in names),
)

NUMBERS = {
    'width', 'height', 'age', 'pixel_spacing_x_mm', 'pixel_spacing_y_mm',
    'original_width', 'original_height', 'order',
    *(name for names in CORNER_COLUMNS for name in names),
}  # fmt: skip
"""Columns of numbers."""

_NEEDED = {'file', *(name for names in CORNER_COLUMNS for name in names[:2])}

Row = Mapping[str, str]


@dataclass(frozen=True)
class TableEntry:
    """What a table says of one film.

    Attributes:
        table: File name of the table.
        rows: Its rows.
    """

    table: str
    rows: list[Row]


class CsvTable(Format):
    """The columns of :data:`COLUMNS`; ``file`` and the coordinates must be there."""

    name = 'csv'
    help = 'one CSV table, a row for each vertebra, as tools/export_dataset.py writes'
    layout = f'a CSV table with the columns {", ".join(sorted(_NEEDED))}'

    def matches(self, source: RawSource) -> bool:
        """See the base class."""
        return self._table(source) is not None

    def find(self, source: RawSource, report: ConversionReport) -> list[RawFilm]:
        """See the base class."""
        table = self._table(source, report)
        if table is None:
            return []
        member, rows = table
        films: dict[tuple[str, str], RawFilm] = {}
        names = set(source.names)
        for row in rows:
            file = row['file']
            path = PurePosixPath(file)
            # A name like test.jpg is no split, but a folder is.
            given = row.get('split')
            split = split_named(given) if given else split_of(str(path.parent))
            if not path.name or '..' in path.parts or split is None:
                reason = f'a row with file {file!r} and split {given!r}'
                report.add('labels_unreadable', member, reason=reason)
                continue
            inner = path.parts[1:] if path.parts[0] == split else path.parts
            key = (split, file)
            if key not in films:
                places = [PurePosixPath(member).parent / p for p in ('images', '')]
                found = [str(p / file) for p in places if str(p / file) in names]
                files = {'image': found[0]} if found else {'table': member}
                films[key] = RawFilm(
                    split,
                    path.stem,
                    files,
                    TableEntry(PurePosixPath(member).name, []),
                    '/'.join(inner),
                    unlabelled=True,
                )
            raw = films[key]
            raw.entry.rows.append(row)
            raw.unlabelled = raw.unlabelled and not _has_vertebra(row)
        # An export names every film: an image that it does not is one that was lost.
        named = {raw.image for raw in films.values()}
        for path in Images(source.names).paths:
            if str(path) not in named:
                split = split_of(str(path.parent))
                raw = RawFilm(split, path.stem, {'image': str(path)})
                films[split, str(path)] = raw
        tell_apart(films.values())
        return [films[key] for key in sorted(films)]

    def film(self, done: FilmResult, image: Radiograph) -> Film | None:
        """See the base class."""
        if done.raw.entry is None:
            return film_of(done, image)
        entry: TableEntry = done.raw.entry
        row = _film_row(entry.rows, done.note)
        size = [finite_number(row.get(key, '')) for key in ('width', 'height')]
        if not size_agrees(done, image, *size):
            return None
        film = film_of(done, image, _facts(row, entry.table))
        return settle(done, film, _labels(entry.rows) if done.raw.labelled else None)

    def info(self, source: RawSource) -> DatasetInfo:
        """See the base class."""
        return exported_info(source) or DatasetInfo('Vertebrae read from a CSV table')

    def _table(
        self, source: RawSource, report: ConversionReport | None = None
    ) -> tuple[str, list[dict[str, str]]] | None:
        """Name and rows of the table nearest to the root."""
        tables = [n for n in source.names if n.lower().endswith('.csv')]
        for name in sorted(tables, key=lambda n: (n.count('/'), n)):
            try:
                rows = _rows(source.read(name))
            except (MemberError, ValueError) as error:
                if report is not None:
                    report.add('labels_unreadable', name, reason=str(error))
                continue
            if rows and rows[0].keys() >= _NEEDED:
                return name, rows
        return None


def _rows(content: bytes) -> list[dict[str, str]]:
    """Rows of a table by column.

    A row that is shorter or longer than the header holds nothing: which of its fields
    is missing can't be known.
    """
    lines = [line for _, line in csv_rows(content)]
    header = [name.strip().lower() for name in lines[0]] if lines else []
    rows = [
        dict(zip(header, line if len(line) == len(header) else [''] * len(header),
                 strict=True))
        for line in lines[1:]
    ]  # fmt: skip
    point_decimals(content, rows, NUMBERS)
    return rows


def _has_vertebra(row: Row) -> bool:
    return any(row[name] for names in CORNER_COLUMNS for name in names[:2])


def _film_row(rows: Sequence[Row], note: Note) -> dict[str, str]:
    """What the rows of a film tell of it as a whole.

    A cell may be filled in one row only. What rows contradict each other about, or is
    no number where one belongs, is told and not used.
    """
    found = {}
    for key in FILM_COLUMNS[2:]:
        values = list(dict.fromkeys(v for row in rows if (v := row.get(key, ''))))
        if len(values) > 1:
            note('fact_malformed', field=key, values=values)
        elif values and key in NUMBERS and finite_number(values[0]) is None:
            note('fact_malformed', field=key, value=values[0])
        elif values:
            found[key] = values[0]
    return found


def _facts(row: Row, table: str) -> dict[str, Any]:
    """What the table tells of a film, as fields of a COCO file's image entry."""
    names = ('patient_id', 'group', 'source', 'sex', 'view')
    facts: dict[str, Any] = {name: row.get(name) or None for name in names}
    age = finite_number(row.get('age', ''))
    facts['age'] = int(age) if age is not None and age.is_integer() else age
    spacing = _pair(row, 'pixel_spacing_x_mm', 'pixel_spacing_y_mm')
    if spacing is not None:
        facts['pixel_spacing_mm'] = spacing
        origin = row.get('pixel_spacing_origin') or f'table:{table}'
        facts['pixel_spacing_origin'] = origin
    original = _pair(row, 'original_width', 'original_height')
    if original is not None:
        facts['original_size'] = [int(value) for value in original]
    return facts


def _labels(rows: list[Row]) -> RawLabels:
    vertebrae = [_vertebra(i, r) for i, r in enumerate(rows) if _has_vertebra(r)]
    labels = RawLabels(vertebrae, OWN, candidates=(OWN,), listed='any', notes=[])
    if any(v.level or v.order is not None for v in vertebrae):
        origins = (row.get('level_origin') for row in rows)
        labels.lowest = None
        labels.level_origin = next((o for o in origins if o), LEVEL_FROM_FILE)
    return labels


def _vertebra(index: int, row: Row) -> RawVertebra:
    points: list[list[float] | None] = []
    for x, y, v in CORNER_COLUMNS:
        if not (row[x] or row[y]):
            points.append([0.0, 0.0, 0.0])
            continue
        values = [
            finite_number(row[x]),
            finite_number(row[y]),
            finite_number(row.get(v) or '2'),
        ]
        points.append(None if None in values else [n for n in values if n is not None])
    vertebra = make_vertebra(index, points)
    vertebra.partial = True
    vertebra.level = level_named(row.get('level'))
    order = finite_number(row.get('order', ''))
    vertebra.order = int(order) if order is not None and order.is_integer() else None
    return vertebra


def _pair(row: Row, x: str, y: str) -> tuple[float, float] | None:
    """Two numbers, or nothing."""
    a, b = finite_number(row.get(x, '')), finite_number(row.get(y, ''))
    return None if a is None or b is None else (a, b)
