"""Cells and columns of tables, and the text of a number."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from spondylo_mmpose.presentation.escaping import csv_text

NOT_MEASURED = '--'
"""What stands for NaN, except in CSV, where the cell is empty."""


@dataclass(frozen=True)
class Column:
    """What the cells of a column share.

    Attributes:
        heading: Above the column.
        unit: Behind the heading, in brackets; may be empty.
        form: Format of a value, a float, e.g. ``'{:.2f}'`` or ``'{:.0f}'``; or a
            function that gives its text.
        better: Whether low or high values are better; nothing is marked without.
        name: Heading in CSV; the heading with its unit when left out.
        ranked: Whether the best is marked. Not where the values of the rows are of
            different things, though low or high is still what one wants.
    """

    heading: str
    unit: str = ''
    form: str | Callable[[float], str] = '{:.2f}'
    better: Literal['low', 'high'] | None = None
    name: str = ''
    ranked: bool = True

    @property
    def title(self) -> str:
        """Heading and unit."""
        return f'{self.heading} ({self.unit})' if self.unit else self.heading

    @property
    def csv_name(self) -> str:
        """Heading in CSV."""
        return self.name or self.title


@dataclass(frozen=True)
class Cell:
    """One value.

    Attributes:
        value: Number or text; ``None`` or NaN where nothing was measured.
        low: Lower end of its interval, NaN without.
        high: Upper end.
        form: Format instead of the column's.
    """

    value: float | str | None
    low: float = math.nan
    high: float = math.nan
    form: str | Callable[[float], str] | None = None

    @property
    def is_text(self) -> bool:
        """Whether the value is a text."""
        return isinstance(self.value, str)

    @property
    def number(self) -> float:
        """The value as a number; NaN for a text and where nothing was measured."""
        return math.nan if self.value is None or self.is_text else float(self.value)

    @property
    def is_gap(self) -> bool:
        """Whether nothing was measured."""
        return not self.is_text and math.isnan(self.number)

    @property
    def has_interval(self) -> bool:
        """Whether both ends of an interval are known."""
        return not (math.isnan(self.low) or math.isnan(self.high))


def number_text(value: float, cell: Cell, column: Column) -> str:
    """A number in the form of its cell or column."""
    if math.isnan(value):
        return NOT_MEASURED
    if math.isinf(value):
        return '∞' if value > 0 else '-∞'
    form = cell.form or column.form
    if not isinstance(form, str):
        return form(value)
    text = form.format(value)
    # A negative number that rounds to zero loses its sign.
    return text if any(digit in text for digit in '123456789') else form.format(0.0)


def interval_texts(cell: Cell, column: Column) -> list[str]:
    """Both ends of the interval of a cell."""
    return [number_text(end, cell, column) for end in (cell.low, cell.high)]


def raw_text(value: float | str | None) -> str:
    """A value in full precision, as CSV has it."""
    if isinstance(value, str):
        return csv_text(value)
    if value is None or math.isnan(value):
        return ''
    return str(value) if isinstance(value, int) else repr(float(value))
