#!/usr/bin/env python
"""Train and test recipes one after another, and compare them."""

import argparse
from pathlib import Path

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.utils.cli import run_cli


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    # Torch comes with this import; it must follow the settings of run_cli's module.
    from spondylo_mmpose.experiments.options import training_parser

    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog='The same command goes on where it was stopped; see '
        'docs/experiments.md.',
        parents=[training_parser()],
        conflict_handler='resolve',
    )
    add = parser.add_argument
    add('configs', nargs='+', metavar='CONFIG', help='recipes; detectors go first')
    add(
        '--out',
        type=Path,
        default=Path('work_dirs/experiments'),
        metavar='DIR',
        help='folder of the series, a run for each recipe (default: %(default)s)',
    )
    add(
        '--detector',
        nargs='+',
        metavar=('CONFIG', 'CHECKPOINT'),
        help='test the recipes that are given boxes end to end too, with this '
        'detector: one of the recipes, or any other and its checkpoint',
    )
    # A series always goes on by itself.
    add('--resume', action='store_true', help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> int:
    """Train, test, compare."""
    args = parse_args()
    from spondylo_mmpose.experiments.series_tool import run_train_all

    return run_train_all(args, Path(__file__).resolve().parent)


if __name__ == '__main__':
    run_cli(main)
