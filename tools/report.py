#!/usr/bin/env python
"""Write one stand-alone HTML page about one or more tested runs."""

import argparse
from pathlib import Path

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.cli.options import add_threshold_options
from spondylo_mmpose.utils.cli import run_cli


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog='A run is a work directory with its config and the predictions of '
        '"tools/test.py CONFIG CHECKPOINT --work-dir RUN --dump RUN/predictions.pkl", '
        'or a file of predictions (docs/predictions.md), which needs --annotations.',
    )
    parser.add_argument('runs', nargs='+', metavar='RUN', help='PATH or NAME=PATH')
    parser.add_argument(
        '--annotations',
        nargs='+',
        type=Path,
        default=[],
        metavar='FILE',
        help='annotation files that all runs are measured with',
    )
    parser.add_argument(
        '--out', type=Path, help='page; report.html in the folder of the first run'
    )
    parser.add_argument(
        '--title',
        default='spondylo_mmpose report',
        help='heading of the page (default: %(default)s)',
    )
    parser.add_argument(
        '--section',
        action='append',
        default=[],
        metavar='TITLE[: NOTE]',
        help='heading and note of a run, in the order of the runs; its name by default',
    )
    parser.add_argument(
        '--films',
        type=int,
        default=6,
        help='films drawn per run (default: %(default)s)',
    )
    parser.add_argument(
        '--film-names',
        action='store_true',
        help='write file names below the films; they may name patients',
    )
    parser.add_argument(
        '--no-intervals',
        dest='intervals',
        action='store_false',
        help='leave 95 %% intervals out; they take a few seconds per run',
    )
    parser.add_argument(
        '--heatmaps',
        type=Path,
        metavar='CHECKPOINT',
        help='draw the heatmaps of the only run; the checkpoint that was tested',
    )
    add_threshold_options(parser)
    return parser.parse_args()


def main() -> None:
    """Write the page and print the metric tables."""
    args = parse_args()
    from spondylo_mmpose.reporting.report_tool import run_report

    for line in run_report(args):
        print(line)


if __name__ == '__main__':
    run_cli(main)
