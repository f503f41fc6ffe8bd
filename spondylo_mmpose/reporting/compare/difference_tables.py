"""The differences of a comparison as tables."""

import math
from collections.abc import Sequence
from dataclasses import replace

from spondylo_mmpose.evaluation.film_comparison import TEST_THRESHOLD
from spondylo_mmpose.presentation.cells import Cell, Column
from spondylo_mmpose.presentation.tables import Table
from spondylo_mmpose.reporting.compare.comparing import Question, RunDifference
from spondylo_mmpose.reporting.compare.measures import measures_of

_GIVEN_BOXES = (
    'MRE_px', 'SDR@2px', 'SDR@5px', 'SDR@10px', 'MRE_mm', 'SDR@2mm', 'slip_MAE',
    'grade_accuracy',
)  # fmt: skip
_END_TO_END = (
    'F1', 'precision', 'recall', 'count_accuracy', 'level_shift_rate_counted',
    'false_positives_per_film', 'SDR@5px', 'MRE_px_both_matched', 'SDR@2mm',
    'MRE_mm_both_matched', 'slip_MAE_both_measured', 'grade_accuracy',
)  # fmt: skip
"""Differences that are shown; CSV and JSON have all."""

_TESTED = {
    True: 'mean errors in px',
    False: f'shares of corners that are missed or more than {TEST_THRESHOLD:g} px off',
}


def p_text(p: float) -> str:
    """A p value as text; small ones are told by their bound."""
    return '< 0.001' if p < 0.001 else f'{p:.3f}'


def difference_table(question: Question) -> Table:
    """Every run minus the baseline, for the values that are shown of runs.

    Raises:
        ValueError: If there is nothing to compare.
    """
    if not question.differences:
        raise ValueError('a single run has no differences')
    first = question.differences[0].comparison
    columns, several = _columns(question), len(question.differences) > 1
    names = [name for name in columns if _is_measured(question, name)]
    return Table(
        f'{question.kind.capitalize()}: each run minus {question.baseline}, '
        f'{first.films} films of {first.patients} patients',
        [
            Column(f'minus {question.baseline}', name='run'),
            *(columns[name] for name in names),
            Column('patients better : worse', name='better_worse'),
            Column('p', form=p_text),
            *([Column('p (Holm)', form=p_text)] if several else []),
        ],
        [
            [
                one.run,
                *(_cell(one, name) for name in names),
                f'{one.comparison.better_second} : {one.comparison.better_first}',
                one.comparison.wilcoxon_p,
                *([one.p_holm] if several else []),
            ]
            for one in question.differences
        ],
        notes=_notes(question),
    )


def difference_rows(questions: Sequence[Question]) -> Table:
    """Every difference of every value, one a row, for CSV."""
    headings = (
        'kind', 'baseline', 'run', 'value', 'of_baseline', 'of_run', 'difference',
        'low', 'high', 'films', 'patients', 'patients_better', 'patients_worse', 'p',
        'p_holm',
    )  # fmt: skip
    rows: list[list[Cell | float | str | None]] = [
        [
            question.kind, question.baseline, one.run, name, d.first, d.second,
            d.difference, d.low, d.high, one.comparison.films, one.comparison.patients,
            one.comparison.better_second, one.comparison.better_first,
            one.comparison.wilcoxon_p, one.p_holm,
        ]
        for question in questions
        for one in question.differences
        for name, d in one.comparison.differences.items()
    ]  # fmt: skip
    return Table('Differences', [Column(heading) for heading in headings], rows)


def _is_measured(question: Question, name: str) -> bool:
    """Whether any of the runs differs from the baseline in it by a known amount."""
    found = [one.comparison.differences.get(name) for one in question.differences]
    return any(d is not None and not math.isnan(d.difference) for d in found)


def _columns(question: Question) -> dict[str, Column]:
    """Columns of the values whose differences are shown, by their names."""
    known = {
        m.name.partition('/')[2]: m.column for m in measures_of(question.given_boxes)
    }
    columns = {}
    for name in _GIVEN_BOXES if question.given_boxes else _END_TO_END:
        base, _, suffix = name.partition('_both_')
        # Given boxes too it is over the pairs that both runs measured.
        suffix = 'measured' if base == 'slip_MAE' else suffix
        column = known[base]
        if suffix:
            heading = column.heading.removesuffix(', matched')
            column = replace(column, heading=f'{heading}, both {suffix}')
        columns[name] = _signed(column, name)
    return columns


def _signed(column: Column, name: str) -> Column:
    form = column.form
    signed = form.replace('{:', '{:+') if isinstance(form, str) else form
    return replace(column, form=signed, better=None, name=name)


def _cell(one: RunDifference, name: str) -> Cell:
    difference = one.comparison.differences[name]
    return Cell(difference.difference, difference.low, difference.high)


def _notes(question: Question) -> list[str]:
    number = len(question.differences)
    return [
        'In brackets: 95 % intervals of the difference, patients drawn for both runs '
        'together. One that holds 0 does not show that the runs are equally good.',
        f'p and patients: by their {_TESTED[question.given_boxes]}; two-sided Wilcoxon '
        'signed-rank test'
        + (f', Holm: adjusted for {number} comparisons.' if number > 1 else '.'),
    ]
