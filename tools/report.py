#!/usr/bin/env python
"""Write one stand-alone HTML page about one or more tested runs."""

import argparse
from pathlib import Path

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.utils.cli import run_cli


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog='A run is a work directory with its config and the predictions of '
        '"tools/test.py CONFIG CHECKPOINT --work-dir RUN --dump RUN/predictions.pkl".',
    )
    parser.add_argument('runs', nargs='+', type=Path, metavar='RUN')
    parser.add_argument('--out', type=Path, help='page; RUN/report.html of the first')
    parser.add_argument('--title', default='spondylo_mmpose report')
    parser.add_argument(
        '--section',
        action='append',
        default=[],
        metavar='TITLE[: NOTE]',
        help='heading and note of a run, in the order of the runs; its name by default',
    )
    parser.add_argument('--films', type=int, default=6, help='films drawn per run')
    return parser.parse_args()


def main() -> None:
    """Write the page and print the metric table."""
    args = parse_args()
    from spondylo_mmpose.reporting.page import Section, write_page
    from spondylo_mmpose.reporting.run_record import load_run
    from spondylo_mmpose.reporting.text import metric_table

    sections = []
    for index, folder in enumerate(args.runs):
        text = args.section[index] if index < len(args.section) else folder.name
        title, _, note = text.partition(': ')
        note = note[:1].upper() + note[1:]
        sections.append(Section(title, note, load_run(folder)))
    out = args.out or args.runs[0] / 'report.html'
    for title, metrics in write_page(out, args.title, sections, args.films).items():
        print(f'{title}\n{metric_table(metrics)}\n')
    print(f'report: {out}')


if __name__ == '__main__':
    run_cli(main)
