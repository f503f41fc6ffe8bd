#!/usr/bin/env python
"""Compare runs: one table, their differences with intervals, and a picture."""

import argparse

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.cli.options import add_threshold_options
from spondylo_mmpose.utils.cli import run_cli


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog='Runs that were given the boxes and runs end to end answer different '
        'questions and get tables of their own; see docs/comparison.md.',
    )
    add = parser.add_argument
    add(
        'runs',
        metavar='RUN',
        nargs='+',
        help='work directory with predictions.pkl, or a file of predictions of any '
        'model (our JSON, COCO results, a dump); NAME=RUN names it',
    )
    add('--out', required=True, metavar='DIR', help='folder to write; replaced only '
        'if an earlier comparison wrote it')  # fmt: skip
    add(
        '--annotations',
        nargs='+',
        default=[],
        metavar='FILE',
        help='annotation files to measure every run with; without, dumps are measured '
        'with the truth they hold',
    )
    add(
        '--baseline',
        nargs='+',
        default=[],
        metavar='NAME',
        help='run that the others are held against, one for each kind of runs '
        '(default: the first of its kind)',
    )
    add(
        '--sort',
        metavar='COLUMN',
        help='sort by "name" or a value, e.g. MRE_px or spine/F1, the best first '
        '(default: as given)',
    )
    add(
        '--common-films',
        action='store_true',
        help='compare on the films that all runs have instead of refusing runs on '
        'different films',
    )
    add_threshold_options(parser)
    return parser.parse_args()


def main() -> None:
    """Compare, write and print."""
    args = parse_args()
    from spondylo_mmpose.reporting.compare.tool import run_compare

    for line in run_compare(args):
        print(line)


if __name__ == '__main__':
    run_cli(main)
