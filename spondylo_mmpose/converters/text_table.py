"""Decode CSV tables and the numbers in them, which may be damaged."""

import csv
import io
import math
from collections.abc import Collection, Iterable
from itertools import zip_longest


def delimiter_of(content: bytes) -> str:
    """Comma or semicolon, whichever the header of a table has more of."""
    first = content.split(b'\n', 1)[0]
    return ';' if first.count(b';') > first.count(b',') else ','


def csv_rows(content: bytes) -> list[tuple[int, list[str]]]:
    """Decode a CSV table; tables of spreadsheets may be divided by semicolons.

    Args:
        content: UTF-8, with or without a byte order mark.

    Returns:
        Number of its last line and fields of each row that is not empty, the header
        first.

    Raises:
        ValueError: One line: why it cannot be read.
    """
    try:
        text = content.decode('utf-8-sig')
        lines = io.StringIO(text, newline='')
        reader = csv.reader(lines, delimiter=delimiter_of(content), strict=True)
        return [(reader.line_num, row) for row in reader if row]
    except (ValueError, csv.Error) as error:
        raise ValueError(f'no CSV table in UTF-8: {error}') from error


def csv_records(
    content: bytes, numbers: Collection[str] = ()
) -> list[tuple[int, dict[str, str]]]:
    """Decode a CSV table by its header.

    Args:
        content: See :func:`csv_rows`.
        numbers: Columns of numbers, whose decimal commas become points.

    Returns:
        Line number and cells of each row below the header, by the name of their column
        in lower case; a cell that a short row lacks is empty.

    Raises:
        ValueError: One line: why it cannot be read.
    """
    (_, header), *rows = csv_rows(content) or [(0, [])]
    names = [name.strip().lower() for name in header]
    records = [
        (line, dict(zip_longest(names, row[: len(names)], fillvalue='')))
        for line, row in rows
    ]
    point_decimals(content, (cells for _, cells in records), numbers)
    return records


def point_decimals(
    content: bytes, records: Iterable[dict[str, str]], numbers: Collection[str]
) -> None:
    """Put points for decimal commas, in place.

    Spreadsheets that divide by semicolons write 1,5 for one and a half.

    Args:
        content: The table; in one that is divided by commas nothing is changed.
        records: Its rows by column.
        numbers: Columns of numbers.
    """
    if delimiter_of(content) != ';':
        return
    for cells in records:
        for key in cells.keys() & set(numbers):
            cells[key] = cells[key].replace(',', '.')


def number(text: str) -> float | None:
    """A number, ``None`` where the text is none; NaN and infinity are numbers."""
    try:
        return float(text)
    except ValueError:
        return None


def finite_number(text: str) -> float | None:
    """A finite number, ``None`` where the text is none."""
    value = number(text)
    return value if value is not None and math.isfinite(value) else None
