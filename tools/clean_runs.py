#!/usr/bin/env python
"""List the runs of trainings and remove old ones; without --yes nothing is removed."""

import argparse
from pathlib import Path

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.utils.cli import run_cli


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog='A run must meet all criteria that are given. One that is running is '
        'never removed.',
    )
    add = parser.add_argument
    add(
        'root',
        nargs='?',
        type=Path,
        default=Path('work_dirs'),
        help='folder to look through (default: %(default)s)',
    )
    add('--older-than', type=float, metavar='DAYS', help='begun so long ago')
    add('--failed', action='store_true', help='failed or killed')
    add('--smoke', action='store_true', help='mere trials')
    add(
        '--keep',
        type=int,
        metavar='N',
        help='all but the newest N of each config that came to their end, and what is '
        'newer than these',
    )
    add(
        '--checkpoints-only',
        action='store_true',
        help='remove the checkpoints to resume from alone; the best one, record and '
        'evaluation stay (without other criteria: of all runs)',
    )
    add('--yes', action='store_true', help='really remove')
    args = parser.parse_args()
    if args.keep is not None and args.keep < 0:
        parser.error('--keep: must be 0 or more')
    return args


def main() -> int:
    """List and remove."""
    args = parse_args()
    from spondylo_mmpose.experiments.clean_tool import run_clean

    return run_clean(args)


if __name__ == '__main__':
    run_cli(main)
