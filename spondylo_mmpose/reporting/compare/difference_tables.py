"""The differences of a comparison as tables."""

import math
from collections.abc import Sequence
from dataclasses import replace

from spondylo_mmpose.reporting.compare.comparing import Question, RunDifference
from spondylo_mmpose.reporting.compare.measures import measures_of
from spondylo_mmpose.reporting.tables import Cell, Column, Table


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
    names = [name for name in _shown(question) if _is_measured(question, name)]
    columns, several = _columns(question), len(question.differences) > 1
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
    rows = [
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


def _shown(question: Question) -> list[str]:
    """Names of the values whose differences are shown, without their prefix."""
    if question.given_boxes:
        return ['MRE_px', 'SDR@2px', 'SDR@5px', 'SDR@10px', 'MRE_mm', 'SDR@2mm',
                'slip_MAE', 'grade_accuracy']  # fmt: skip
    return list(question.differences[0].comparison.differences)


def _is_measured(question: Question, name: str) -> bool:
    """Whether any of the runs differs from the baseline in it by a known amount."""
    found = [one.comparison.differences.get(name) for one in question.differences]
    return any(d is not None and not math.isnan(d.difference) for d in found)


def _columns(question: Question) -> dict[str, Column]:
    known = {
        m.name.partition('/')[2]: m.column for m in measures_of(question.given_boxes)
    }
    names = question.differences[0].comparison.differences
    return {name: _signed(known.get(name, Column(name)), name) for name in names}


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
        'p: two-sided Wilcoxon signed-rank test over patients'
        + (f'; Holm: adjusted for {number} comparisons.' if number > 1 else '.'),
    ]
