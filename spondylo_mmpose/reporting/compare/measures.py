"""Which values a comparison shows, in which order, and which way is better."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from spondylo_mmpose.presentation.cells import Cell, Column


@dataclass(frozen=True)
class Measure:
    """One value of a run.

    Attributes:
        name: Full name of the metric; also the heading of its column in CSV.
        column: How it is shown.
        has_interval: Whether Markdown, LaTeX and pictures show its interval; CSV and
            JSON always have it.
        whole: Metric, and the value it has where the run covers everything. Set where
            this value leaves out what a run missed.
    """

    name: str
    column: Column
    has_interval: bool = False
    whole: tuple[str, float] | None = None

    def column_of(self, runs: Sequence[Mapping[str, float]]) -> Column:
        """The column in a table of some runs.

        Where one of them missed something that this value leaves out, the runs are
        measured on different vertebrae: whoever finds only the easy ones would be the
        best. None is, then.

        Args:
            runs: Values of each run by full name.
        """
        if self.whole is None:
            return self.column
        name, value = self.whole
        return replace(
            self.column, ranked=all(metrics.get(name) == value for metrics in runs)
        )

    def cell(self, metrics: Mapping[str, float], every: bool = False) -> Cell:
        """The value of a run.

        Args:
            metrics: Values of a run by full name, with ``NAME_low`` and ``NAME_high``.
            every: With its interval even where ``has_interval`` is not set.
        """
        value = metrics.get(self.name, np.nan)
        if not (self.has_interval or every):
            return Cell(value)
        low, high = (
            metrics.get(f'{self.name}_{end}', np.nan) for end in ('low', 'high')
        )
        return Cell(value, low, high)


def _measure(
    name: str,
    heading: str,
    unit: str = '',
    form: str = '{:.2f}',
    better: Literal['low', 'high'] | None = 'low',
    interval: bool = False,
    whole: tuple[str, float] | None = None,
) -> Measure:
    return Measure(name, Column(heading, unit, form, better, name), interval, whole)


def _rate(name: str, heading: str, interval: bool = False) -> Measure:
    return _measure(name, heading, '%', '{:.1f}', 'high', interval)


def _number(name: str, heading: str) -> Measure:
    return _measure(name, heading, form='{:.0f}', better=None)


def _distances(prefix: str, unit: str, what: str = '') -> list[Measure]:
    whole = ('spine/recall', 100.0) if prefix == 'spine' else None
    named = {'MRE': 'MRE', 'median': 'median', 'p95': '95th percentile'}
    return [
        _measure(f'{prefix}/{name}_{unit}', f'{heading}{what}', unit,
                 interval=name == 'MRE', whole=whole)
        for name, heading in named.items()
    ]  # fmt: skip


def _successes(
    prefix: str, unit: str, limits: Sequence[float], what: str = ''
) -> list[Measure]:
    return [
        _rate(f'{prefix}/SDR@{limit:g}{unit}', f'SDR {limit:g} {unit}{what}')
        for limit in limits
    ]


_PX, _MM = (2, 5, 10, 24), (2, 2.5, 3, 4)

_SLOTS_FILLED = ('published_slot/slots_without_prediction', 0.0)

_SLIP = [
    _measure('clinical/slip_MAE', 'slip MAE', 'points', interval=True,
             whole=('clinical/slip_unmeasured', 0)),
    _measure('clinical/slip_unmeasured_percent', 'slips not measured', '%', '{:.1f}'),
    _rate('clinical/grade_accuracy', 'grade accuracy', interval=True),
    _measure('clinical/kappa_quadratic', 'kappa', better='high'),
]  # fmt: skip

_SLOT = [
    _measure('published_slot/MRE_px512', 'MRE', 'px of 512', whole=_SLOTS_FILLED),
    _measure('published_slot/median_px512', 'median', 'px of 512',
             whole=_SLOTS_FILLED),
    *(
        _rate(f'published_slot/SDR@{limit}px512', f'SDR {limit} px of 512')
        for limit in (6, 12, 18, 24)
    ),
    _number('published_slot/slots_without_prediction', 'slots not predicted'),
    _number('published_slot/slots_beyond_truth', 'slots invented'),
]  # fmt: skip

GIVEN_BOXES: Mapping[str, Sequence[Measure]] = {
    'Corners (px)': [
        *_distances('corner', 'px'),
        *_successes('corner', 'px', _PX),
        _number('corner/corners_lost', 'corners lost'),
    ],
    'Corners (mm)': [*_distances('corner', 'mm'), *_successes('corner', 'mm', _MM)],
    'Slip and grade': [*_SLIP, _number('clinical/pairs', 'pairs')],
}
"""Tables of runs that were given the boxes, by their titles."""

END_TO_END: Mapping[str, Sequence[Measure]] = {
    'Vertebrae found': [
        _rate('spine/precision', 'precision'),
        _rate('spine/recall', 'recall'),
        _rate('spine/F1', 'F1', interval=True),
        _rate('spine/count_accuracy', 'count right'),
        # By names of one run and by counting of another: nothing to rank.
        _measure(
            'spine/level_shift_rate', 'most places or names wrong', '%', '{:.1f}', None
        ),
        _measure('spine/level_shift_rate_counted', 'most places wrong', '%', '{:.1f}'),
        _measure('spine/false_positives_per_film', 'false positives per film'),
    ],
    'Corners (px), distances of the matched vertebrae, successes of all': [
        *_distances('spine', 'px', ', matched'),
        *_successes('spine', 'px', _PX, ', all'),
    ],
    'Corners (mm), distances of the matched vertebrae, successes of all': [
        *_distances('spine', 'mm', ', matched'),
        *_successes('spine', 'mm', _MM, ', all'),
    ],
    'Slip and grade': [*_SLIP, _number('clinical/pairs', 'pairs')],
    'The published slot metric, px of a film scaled to 512': _SLOT,
}
"""Tables of runs that saw whole films, by their titles."""

PANELS: Mapping[bool, Sequence[Measure]] = {
    given: [
        replace(m, has_interval=True)
        for table in tables.values()
        for m in table
        if m.name in wanted
    ]
    for given, tables, wanted in (
        (
            True,
            GIVEN_BOXES,
            {
                'corner/MRE_px', 'corner/SDR@5px', 'corner/MRE_mm', 'corner/SDR@2mm',
                'clinical/slip_MAE', 'clinical/grade_accuracy',
            },
        ),
        (
            False,
            END_TO_END,
            {
                'spine/F1', 'spine/MRE_px', 'spine/SDR@5px', 'spine/MRE_mm',
                'spine/SDR@2mm', 'clinical/slip_MAE', 'clinical/grade_accuracy',
                'published_slot/MRE_px512',
            },
        ),
    )
}  # fmt: skip
"""What the picture shows, given boxes (True) and end to end."""


def tables_of(given_boxes: bool) -> Mapping[str, Sequence[Measure]]:
    """The tables of one kind of runs."""
    return GIVEN_BOXES if given_boxes else END_TO_END


def measures_of(given_boxes: bool) -> list[Measure]:
    """All values of one kind of runs, in order."""
    return [m for table in tables_of(given_boxes).values() for m in table]
