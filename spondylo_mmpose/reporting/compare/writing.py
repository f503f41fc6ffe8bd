"""The files of a comparison."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

from spondylo_mmpose.evaluation.intervals import Bootstrap
from spondylo_mmpose.presentation.figure_style import to_png
from spondylo_mmpose.presentation.tables import Table
from spondylo_mmpose.reporting.compare.comparing import Question
from spondylo_mmpose.reporting.compare.difference_tables import (
    difference_rows,
    difference_table,
)
from spondylo_mmpose.reporting.compare.figure import comparison_figure
from spondylo_mmpose.reporting.compare.run_tables import (
    best_runs,
    value_tables,
    whole_table,
)
from spondylo_mmpose.reporting.run_record import RunRecord
from spondylo_mmpose.utils.io import write_json

FORMAT = 'spondylo_mmpose comparison'
STEM = 'comparison'
JSON_NAME = f'{STEM}.json'
"""Tells that a folder was written by a comparison."""


def shown_tables(question: Question) -> list[Table]:
    """Tables of one kind: its values, then the differences where there are any."""
    tables = value_tables(question)
    return [*tables, difference_table(question)] if question.differences else tables


def write_comparison(
    folder: Path, questions: Sequence[Question], bootstrap: Bootstrap
) -> list[str]:
    """Write a comparison.

    Args:
        folder: Empty folder.
        questions: From :func:`.compare_runs`.
        bootstrap: How the intervals of the differences were made.

    Returns:
        Names of the files.
    """
    tables = [table for question in questions for table in shown_tables(question)]
    picture = f'![Values with their intervals and aims]({STEM}.png)\n'
    write_json(folder / JSON_NAME, comparison_json(questions, bootstrap))
    texts = {
        f'{STEM}.csv': whole_table(questions).to_csv(),
        f'{STEM}.md': '\n'.join(
            ['# Comparison\n', *(t.to_markdown() for t in tables), picture]
        ),
        f'{STEM}.tex': '\n'.join(table.to_latex(wide=True) for table in tables),
    }
    if any(question.differences for question in questions):
        texts['differences.csv'] = difference_rows(questions).to_csv()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding='utf-8')
    (folder / f'{STEM}.png').write_bytes(to_png(comparison_figure(questions)))
    return sorted(path.name for path in folder.iterdir())


def comparison_json(
    questions: Sequence[Question], bootstrap: Bootstrap
) -> dict[str, Any]:
    """All values, and what they were measured on, for JSON.

    Files are told by name and SHA-256. Neither NaN nor infinity is a number of JSON:
    both are ``null``, and ``infinite`` names the values that are the latter.
    """
    return {
        'format': FORMAT,
        'version': metadata.version('spondylo_mmpose'),
        'intervals': {'of': 'patients', **asdict(bootstrap)},
        'questions': [_question_json(question) for question in questions],
    }


def _question_json(question: Question) -> dict[str, Any]:
    return {
        'kind': question.kind,
        'films': question.films,
        'baseline': question.baseline,
        'same_predictions': question.twins,
        'best': best_runs(question),
        'runs': [_run_json(r, question.left_out[r.name]) for r in question.runs],
        'differences': [
            {'run': one.run, 'wilcoxon_p_holm': one.p_holm, **asdict(one.comparison)}
            for one in question.differences
        ],
    }


def _run_json(run: RunRecord, left_out: int) -> dict[str, Any]:
    metrics = run.metrics(intervals=True)
    return {
        'name': run.name,
        'predictions': {
            'name': run.predictions.name,
            'sha256': run.predictions_sha256,
        },
        'annotations': [asdict(one) for one in run.annotations],
        'score_threshold': None if run.given_boxes else run.score_threshold,
        'no_slip_threshold': run.no_slip_threshold,
        'films_left_out': left_out,
        'notes': list(run.notes),
        'facts': asdict(run.facts) if run.facts else None,
        'metrics': metrics,
        'infinite': [name for name, value in metrics.items() if math.isinf(value)],
    }
