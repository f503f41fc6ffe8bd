"""Columns of the tables of performance, and the notes that they need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan, nan
from typing import Literal

from spondylo_mmpose.presentation.cells import Cell, Column

BOOTSTRAP_NOTE = (
    'In brackets: 95 % intervals by a bootstrap over patients; of a share of corners, '
    'vertebrae or films that every draw gives alike (0 or 100 %) that of Wilson over '
    'patients.'
)
WILSON_NOTE = (
    'Of a share of pairs that every draw gives alike (0 or 100 %) the interval is that '
    'of Wilson over pairs.'
)


@dataclass(frozen=True)
class Value:
    """A metric as a column with intervals.

    Attributes:
        name: Full name of the metric, which is also the heading in CSV.
        column: How it is shown.
        limits: Ending of the names of its limits before ``_low`` and ``_high``.
    """

    name: str
    column: Column
    limits: str = ''

    def cell(self, metrics: Mapping[str, float]) -> Cell:
        """The value with its interval.

        Where the draws of patients all agree on a share, an interval over pairs takes
        the place of a point, see :func:`has_wilson`.
        """
        kind = '_CI' if has_wilson(self, metrics) else self.limits
        return Cell(metrics.get(self.name, nan), *_limits(metrics, self.name, kind))


def value(
    name: str,
    heading: str,
    unit: str = '',
    form: str = '{:.2f}',
    better: Literal['low', 'high'] | None = None,
    limits: str = '',
) -> Value:
    """Describe a column, see :class:`Value` and :class:`.Column`."""
    return Value(name, Column(heading, unit, form, better, name), limits)


def has_wilson(one: Value, metrics: Mapping[str, float]) -> bool:
    """Whether the interval over pairs stands for that over patients."""
    low, high = _limits(metrics, one.name, one.limits)
    wilson = _limits(metrics, one.name, '_CI')
    return low == high and not isnan(wilson[0])


def is_measured(
    values: Sequence[Value], metrics: Sequence[Mapping[str, float]]
) -> bool:
    """Whether a run has any of the values that are more than counts."""
    return any(
        not isnan(one.get(v.name, nan))
        for one in metrics
        for v in values
        if v.column.form != COUNT
    )


COUNT = '{:.0f}'
"""Form of counts, which have no interval and no best."""


def _limits(metrics: Mapping[str, float], name: str, kind: str) -> tuple[float, float]:
    low, high = (metrics.get(f'{name}{kind}_{end}', nan) for end in ('low', 'high'))
    return low, high
