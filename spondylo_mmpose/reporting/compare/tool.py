"""A comparison as ``tools/compare.py`` makes it."""

import argparse
from pathlib import Path

from spondylo_mmpose.evaluation.intervals import Bootstrap
from spondylo_mmpose.reporting.compare.comparing import compare_runs
from spondylo_mmpose.reporting.compare.writing import (
    JSON_NAME,
    shown_tables,
    write_comparison,
)
from spondylo_mmpose.reporting.run_record import load_runs
from spondylo_mmpose.utils.io import atomic_dir, check_apart


def run_compare(args: argparse.Namespace) -> list[str]:
    """Compare runs; see ``tools/compare.py --help`` for the options.

    Args:
        args: Parsed options.

    Returns:
        The tables, and lines that say what was written where.

    Raises:
        SpondyloError: If a run is wrong, runs do not belong together, or the folder
            holds something else.
    """
    how = Bootstrap()
    # What an earlier comparison wrote is replaced, once the new one is complete.
    with atomic_dir(args.out, force=True, known_by=[JSON_NAME]) as folder:
        runs = load_runs(
            args.runs,
            args.annotations,
            score_threshold=args.score_threshold,
            no_slip_threshold=args.no_slip_threshold,
        )
        for run in runs:
            check_apart(run.predictions, args.out)
        questions = compare_runs(
            runs,
            baselines=args.baseline,
            sort=args.sort,
            common_films=args.common_films,
            bootstrap=how,
        )
        names = write_comparison(folder, questions, how)
    lines = [t.to_markdown() for question in questions for t in shown_tables(question)]
    for question in questions:
        if question.differences:
            chosen = 'as asked for' if question.baseline in args.baseline else (
                'the first; choose another with --baseline'
            )  # fmt: skip
            lines.append(f'baseline, {question.kind}: {question.baseline} ({chosen})')
        if any(question.left_out.values()):
            lines.append(
                f'{question.kind}: compared on the {question.films} films that all '
                'runs have'
            )
    return [*lines, *(f'written: {Path(args.out) / name}' for name in names)]
