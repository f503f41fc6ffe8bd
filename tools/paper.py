#!/usr/bin/env python
"""Write the tables and figures of a paper from the records of runs."""

import argparse

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.cli.options import add_threshold_options
from spondylo_mmpose.utils.cli import run_cli


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog='A run is a work directory of "tools/test.py ... --work-dir RUN --dump '
        'RUN/predictions.pkl", or a file of predictions (docs/predictions.md).',
    )
    parser.add_argument(
        'runs', nargs='+', metavar='[NAME=]RUN', help='work directory or predictions'
    )
    parser.add_argument('--out', required=True, metavar='DIR', help='folder to write')
    parser.add_argument(
        '--annotations',
        nargs='+',
        default=[],
        metavar='FILE',
        help='annotation files to measure with; needed for predictions that are no '
        'dump of "tools/test.py"',
    )
    parser.add_argument(
        '--films',
        type=int,
        default=3,
        help='films of the visual comparison, from the best to the worst of the first '
        'run; 0 leaves it out (default: %(default)s)',
    )
    add_threshold_options(parser)
    return parser.parse_args()


def main() -> None:
    """Write the folder and say what is in it."""
    args = parse_args()
    from spondylo_mmpose.reporting.paper.tool import run_paper

    for line in run_paper(args):
        print(line)


if __name__ == '__main__':
    run_cli(main)
