"""The tables of a comparison."""

import math
from collections.abc import Callable, Sequence

from spondylo_mmpose.presentation.cells import Cell, Column
from spondylo_mmpose.presentation.tables import Table
from spondylo_mmpose.reporting.compare.comparing import Question
from spondylo_mmpose.reporting.compare.measures import (
    END_TO_END,
    GIVEN_BOXES,
    Measure,
    measures_of,
    tables_of,
)
from spondylo_mmpose.reporting.run_record import RunRecord
from spondylo_mmpose.reporting.targets import SLOT_CAUTION, SLOT_TARGETS

_INTERVALS = 'In brackets: 95 % intervals by a bootstrap over patients.'
_UNRANKED = (
    'No best is marked where a run missed some and the value leaves them out: '
    'the runs are then not measured on the same.'
)
_SLOT_TABLE = list(END_TO_END)[-1]


def _in(divisor: float) -> Callable[[float], str]:
    return lambda value: f'{value / divisor:.2f}'


_RUN = Column('run')
_FACTS = (
    Column('films', form='{:.0f}'),
    Column('vertebrae', form='{:.0f}'),
    Column('parameters', 'M', _in(1e6), name='parameters'),
    Column('multiply-adds', 'G', _in(1e9), name='multiply_adds'),
)


def value_tables(question: Question) -> list[Table]:
    """All values of runs of one kind, a table for each group of them.

    A table in which nothing was measured is left out, and a note says so.
    """
    made = []
    lacking = []
    for title, measures in tables_of(question.given_boxes).items():
        cells = [[m.cell(r.metrics(True)) for m in measures] for r in question.runs]
        if not any(_measured(row, measures) for row in cells):
            lacking.append(title.partition(',')[0])
            continue
        made.append((title, measures, cells))
    tables = []
    values = [run.metrics(True) for run in question.runs]
    for title, measures, cells in made:
        columns = [measure.column_of(values) for measure in measures]
        is_first = title == made[0][0]
        facts = _told_facts(question.runs) if is_first else ()
        notes = (
            [_INTERVALS] if any(c.has_interval for row in cells for c in row) else []
        )
        if len(values) > 1 and not all(column.ranked for column in columns):
            notes.append(_UNRANKED)
        if is_first:
            notes += [f'{name}: nothing was measured.' for name in lacking]
            notes += _run_notes(question)
        if title == _SLOT_TABLE:
            notes += [SLOT_CAUTION, f'{_published()}.']
        tables.append(
            Table(
                f'{question.kind.capitalize()}, {question.films} films: {title}',
                [_RUN, *(column for column, _ in facts), *columns],
                [
                    [run.name, *(own[place] for _, own in facts), *row]
                    for place, (run, row) in enumerate(
                        zip(question.runs, cells, strict=True)
                    )
                ],
                notes,
                _sources(question.runs) if is_first else [],
            )
        )
    return tables


def whole_table(questions: Sequence[Question]) -> Table:
    """Every value of every run with its interval, for CSV."""
    union = [m for tables in (GIVEN_BOXES, END_TO_END) for t in tables.values()
             for m in t]  # fmt: skip
    measures = list({m.name: m for m in union}.values())
    rows: list[list[Cell | float | str | None]] = []
    for question in questions:
        own = {m.name for m in measures_of(question.given_boxes)}
        for run in question.runs:
            metrics = {
                key: value
                for key, value in run.metrics(True).items()
                if key.removesuffix('_low').removesuffix('_high') in own
            }
            rows.append(
                [
                    run.name, question.kind, run.predictions.name,
                    run.predictions_sha256, *run_facts(run),
                    question.left_out[run.name],
                    *(m.cell(metrics, every=True) for m in measures),
                ]
            )  # fmt: skip
    return Table(
        'Comparison',
        [
            _RUN, Column('kind'), Column('predictions'), Column('sha256'), *_FACTS,
            Column('films_left_out'), *(m.column for m in measures),
        ],
        rows,
    )  # fmt: skip


def best_runs(question: Question) -> dict[str, list[str]]:
    """Names of the best runs by full name of the value, as the tables mark them."""
    measures = measures_of(question.given_boxes)
    values = [run.metrics(True) for run in question.runs]
    table = Table(
        '',
        [measure.column_of(values) for measure in measures],
        [[m.cell(metrics) for m in measures] for metrics in values],
    )
    best: dict[str, list[str]] = {}
    for row, place in sorted(table.best()):
        best.setdefault(measures[place].name, []).append(question.runs[row].name)
    return best


def run_facts(run: RunRecord) -> list[Cell]:
    """Films, vertebrae, parameters and multiply-adds of a run."""
    metrics = run.metrics(True)
    prefix = 'corner' if run.given_boxes else 'spine'
    model = run.facts.model if run.facts else None
    return [
        Cell(metrics[f'{prefix}/films']),
        Cell(metrics[f'{prefix}/vertebrae']),
        Cell(model.parameters if model else None),
        Cell(model.flops if model else None),
    ]


def _told_facts(runs: Sequence[RunRecord]) -> list[tuple[Column, list[Cell]]]:
    """Columns of facts, with their cells, that at least one run tells of."""
    rows = [run_facts(run) for run in runs]
    columns = [
        (column, [row[place] for row in rows]) for place, column in enumerate(_FACTS)
    ]
    return [(c, own) for c, own in columns if any(cell.value for cell in own)]


def _measured(row: Sequence[Cell], measures: Sequence[Measure]) -> bool:
    """Whether a row holds more than counts."""
    return any(
        not math.isnan(cell.number)
        for cell, measure in zip(row, measures, strict=True)
        if measure.column.better is not None
    )


def _published() -> str:
    labels = [target.label for target in SLOT_TARGETS if target.is_published]
    return f'In px of 512: {"; ".join(labels)}'


def _run_notes(question: Question) -> list[str]:
    notes = [
        f'{name}: {number} films are left out, which other runs lack.'
        for name, number in question.left_out.items()
        if number
    ]
    notes += [
        f'{" and ".join(names)} are the same predictions.' for names in question.twins
    ]
    notes += [f'{run.name}: {note}.' for run in question.runs for note in run.notes]
    for run in question.runs:
        reason = run.facts.model.flops_reason if run.facts else None
        notes += [f'{run.name}, multiply-adds: {reason}.'] if reason else []
    if not question.given_boxes:
        scores = sorted({run.score_threshold for run in question.runs})
        shown = ', '.join(f'{score:g}' for score in scores)
        notes.append(f'Found: predicted vertebrae with a score of at least {shown}.')
    return notes


def _sources(runs: Sequence[RunRecord]) -> list[str]:
    return [
        f'{run.name}: {run.predictions.name}, SHA-256 {run.predictions_sha256}'
        for run in runs
    ]
