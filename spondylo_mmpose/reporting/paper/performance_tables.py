"""Tables 2 and 3: landmarks and clinical values, given boxes and end to end apart."""

from collections.abc import Sequence
from dataclasses import dataclass

from spondylo_mmpose.evaluation.slip_agreement import rules
from spondylo_mmpose.presentation.cells import Column
from spondylo_mmpose.presentation.tables import Table
from spondylo_mmpose.reporting.paper.columns import (
    BOOTSTRAP_NOTE,
    COUNT,
    WILSON_NOTE,
    Value,
    has_wilson,
    is_measured,
    value,
)
from spondylo_mmpose.reporting.paper.provenance import (
    KINDS,
    run_notes,
    source_lines,
    source_note,
)
from spondylo_mmpose.reporting.run_record import RunRecord


@dataclass(frozen=True)
class PaperTable:
    """A table of the paper.

    Attributes:
        stem: Name of its files.
        table: The table.
        runs: Names of the runs in it.
    """

    stem: str
    table: Table
    runs: Sequence[str]


def _corners(prefix: str, unit: str, limits: Sequence[float]) -> list[Value]:
    return [
        value(f'{prefix}/MRE_{unit}', 'MRE', unit, better='low'),
        value(f'{prefix}/median_{unit}', 'median', unit, better='low'),
        value(f'{prefix}/p95_{unit}', 'p95', unit, better='low'),
        *(
            value(
                f'{prefix}/SDR@{limit:g}{unit}', f'SDR {limit:g} {unit}', '%', '{:.1f}',
                'high',
            )
            for limit in limits
        ),
    ]  # fmt: skip


_PX, _MM = (2, 5, 10), (2, 2.5, 3, 4)

_FOUND = [
    value('spine/vertebrae', 'vertebrae', form=COUNT),
    value('spine/precision', 'precision', '%', '{:.1f}', 'high'),
    value('spine/recall', 'recall', '%', '{:.1f}', 'high'),
    value('spine/F1', 'F1', '%', '{:.1f}', 'high'),
    value('spine/false_positives_per_film', 'false per film', better='low'),
    value('spine/count_accuracy', 'count right', '%', '{:.1f}', 'high'),
    # By names of one run and by counting of another: nothing to rank.
    value('spine/level_shift_rate', 'levels wrong', '%', '{:.1f}'),
    value('spine/level_shift_rate_counted', 'places wrong', '%', '{:.1f}', 'low'),
]
_SLIP = [
    value('clinical/pairs', 'pairs', form=COUNT),
    value('clinical/slip_unmeasured_percent', 'not measured', '%', '{:.1f}', 'low'),
    value('clinical/slip_MAE', 'MAE', 'points', better='low'),
    value('clinical/slip_bias', 'bias', 'points'),
    value('clinical/slip_LoA_lower', 'lower limit', 'points', limits='_CI'),
    value('clinical/slip_LoA_upper', 'upper limit', 'points', limits='_CI'),
    value('clinical/slip_within_5', 'within 5 points', '%', '{:.1f}', 'high'),
]
_GRADE = [
    value('clinical/grade_accuracy', 'accuracy', '%', '{:.1f}', 'high'),
    value('clinical/kappa_quadratic', 'kappa', better='high'),
    *(
        value(f'clinical/{name}_{least}_or_more', f'{name} ≥ {roman}', '%', '{:.1f}',
              'high')
        for least, roman in ((1, 'I'), (2, 'II'))
        for name in ('sensitivity', 'specificity')
    ),
]  # fmt: skip

_MATCHED_NOTE = (
    'MRE, median and 95th percentile (p95) are of the matched vertebrae alone; for SDR '
    'every corner of a missed vertebra is a failure.'
)
_POOLED_NOTE = (
    'All labelled corners are pooled; p95: 95th percentile; SDR: share of the corners '
    'within a distance.'
)


def landmark_tables(runs: Sequence[RunRecord]) -> list[PaperTable]:
    """Table 2 of runs of one kind: what is found, errors in px, errors in mm.

    Args:
        runs: All with given boxes, or all end to end, on the same films.
    """
    given = runs[0].given_boxes
    prefix, note = ('corner', _POOLED_NOTE) if given else ('spine', _MATCHED_NOTE)
    blocks = [] if given else [('found', 'vertebrae found', _FOUND, _found_notes(runs))]
    blocks += [
        ('px', 'landmarks, px', _corners(prefix, 'px', _PX), [note]),
        ('mm', 'landmarks, mm', _corners(prefix, 'mm', _MM), [note, _mm_note(runs)]),
    ]
    return _tables('table2', 'Landmark performance', runs, blocks)


def clinical_tables(runs: Sequence[RunRecord]) -> list[PaperTable]:
    """Table 3 of runs of one kind: slip, and the grade that follows from it.

    Args:
        runs: All with given boxes, or all end to end, on the same films.
    """
    told = rules(runs[0].no_slip_threshold)
    slip = [
        f'Slip: {told["slip"]}.',
        'MAE, bias and limits of agreement (bias ± 1.96 standard deviations, with '
        'the intervals of Bland and Altman) are of the pairs that were measured.',
    ]
    grade = [
        f'{told["grade"]}: {told["no_slip"]}; {told["borders"]}. Reference: '
        f'{told["reference"]}. A pair that was not measured is a wrong grade.',
        _graded_note(runs),
    ]
    blocks = [
        ('slip', 'slip', _SLIP, slip),
        ('grade', 'Meyerding grade', _GRADE, grade),
    ]
    return _tables('table3', 'Clinical performance', runs, blocks)


def _tables(
    number: str,
    title: str,
    runs: Sequence[RunRecord],
    blocks: Sequence[tuple[str, str, Sequence[Value], Sequence[str]]],
) -> list[PaperTable]:
    metrics = [run.metrics(intervals=True) for run in runs]
    kind = KINDS[runs[0].given_boxes]
    sample = metrics[0]
    prefix = 'corner' if runs[0].given_boxes else 'spine'
    counts = (
        f'{sample[f"{prefix}/films"]:.0f} films, '
        f'{sample[f"{prefix}/vertebrae"]:.0f} vertebrae.'
    )
    tables = []
    for part, words, values, notes in blocks:
        if not is_measured(values, metrics):
            continue
        wilson = any(has_wilson(v, m) for v in values for m in metrics)
        tables.append(
            PaperTable(
                f'{number}_{kind.replace(" ", "_")}_{part}',
                Table(
                    f'{title}, {kind}: {words}',
                    [Column('run'), *(v.column for v in values)],
                    [
                        [run.name, *(v.cell(m) for v in values)]
                        for run, m in zip(runs, metrics, strict=True)
                    ],
                    [
                        counts, *notes, BOOTSTRAP_NOTE, *[WILSON_NOTE] * wilson,
                        *run_notes(runs), *map(source_note, runs),
                    ],
                    [line for run in runs for line in source_lines(run)],
                ),
                [run.name for run in runs],
            )
        )  # fmt: skip
    return tables


def _found_notes(runs: Sequence[RunRecord]) -> list[str]:
    metrics = runs[0].metrics(intervals=True)
    scores = sorted({run.score_threshold for run in runs})
    return [
        'A predicted vertebra is found where its hull overlaps that of a true one by '
        f'an IoU of at least {metrics["spine/iou_threshold"]:g} and its score is at '
        f'least {", ".join(f"{score:g}" for score in scores)}. False per film: '
        'predicted vertebrae that stand for no true one. Places wrong: films on '
        'which most vertebrae found have another place than the true ones, counted '
        'from the lowest; levels wrong: the same by name where all levels are named.'
    ]


def _mm_note(runs: Sequence[RunRecord]) -> str:
    spaced = [r for r in runs[0].records if r.spacing is not None]
    films = len({record.film_id for record in spaced})
    return f'mm: of the {films} films whose pixel spacing is known.'


def _graded_note(runs: Sequence[RunRecord]) -> str:
    metrics = runs[0].metrics(intervals=True)
    one, two = (metrics[f'clinical/pairs_graded_{i}_or_more'] for i in (1, 2))
    return (
        f'Of {metrics["clinical/pairs"]:.0f} pairs {one:.0f} are truly of grade I or '
        f'more and {two:.0f} of grade II or more.'
    )
