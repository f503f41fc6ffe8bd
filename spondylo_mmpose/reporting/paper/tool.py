"""Tables and figures as ``tools/paper.py`` makes them."""

import argparse

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.reporting.paper.writing import write_paper
from spondylo_mmpose.reporting.run_record import load_runs
from spondylo_mmpose.utils.io import check_apart


def run_paper(args: argparse.Namespace) -> list[str]:
    """Write tables and figures; see ``tools/paper.py --help`` for the options.

    Args:
        args: Parsed options.

    Returns:
        Lines that say what was written where.

    Raises:
        SpondyloError: If a run is wrong, runs do not belong together, or the folder
            holds something else.
    """
    if args.films < 0:
        raise SpondyloError(f'--films {args.films}: must not be negative')
    runs = load_runs(
        args.runs,
        args.annotations,
        score_threshold=args.score_threshold,
        no_slip_threshold=args.no_slip_threshold,
    )
    for run in runs:
        check_apart(run.predictions, args.out)
    written = write_paper(args.out, runs, args.films)
    notes = [f'note: {run.name}: {note}' for run in runs for note in run.notes]
    return [*notes, *(f'written: {path}' for path in written)]
