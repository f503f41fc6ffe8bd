"""The report as ``tools/report.py`` writes it."""

import argparse

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.reporting.page import Options, Section, write_page
from spondylo_mmpose.reporting.run_record import RunRecord, load_runs
from spondylo_mmpose.reporting.text import metric_table


def run_report(args: argparse.Namespace) -> list[str]:
    """Write the page; see ``tools/report.py --help`` for the options.

    Args:
        args: Parsed options.

    Returns:
        The metric tables, and a line that says where the page is.

    Raises:
        SpondyloError: If options do not fit together, or a run cannot be read.
    """
    if args.heatmaps and len(args.runs) > 1:
        raise SpondyloError('--heatmaps: is for a report of one run')
    if len(args.section) > len(args.runs):
        raise SpondyloError(
            f'--section: {len(args.section)} titles for {len(args.runs)} runs'
        )
    runs = load_runs(
        args.runs,
        args.annotations,
        score_threshold=args.score_threshold,
        no_slip_threshold=args.no_slip_threshold,
    )
    sections = [
        _section(run, args.section[i] if i < len(args.section) else run.name, args)
        for i, run in enumerate(runs)
    ]
    out = args.out or runs[0].folder / 'report.html'
    options = Options(args.films, args.intervals, args.film_names)
    lines = []
    for title, metrics in write_page(out, args.title, sections, options).items():
        lines.append(f'{title}\n{metric_table(metrics)}\n')
    return [*lines, f'report: {out}']


def _section(run: RunRecord, text: str, args: argparse.Namespace) -> Section:
    title, _, note = text.partition(': ')
    note = note[:1].upper() + note[1:]
    return Section(title, note, run, args.heatmaps)
