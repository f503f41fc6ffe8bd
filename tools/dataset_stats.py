#!/usr/bin/env python
"""Tell what a converted data set holds: figures, tables and pictures."""

import argparse

from spondylo_mmpose.spine.measurements import NO_SLIP_THRESHOLD
from spondylo_mmpose.statistics.writer import write_statistics
from spondylo_mmpose.utils.cli import run_cli


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add('root', metavar='ROOT', help='converted data set, or one annotation file of it')
    add('--out', required=True, metavar='DIR', help='folder to write')
    add(
        '--annotations',
        nargs='+',
        default=[],
        metavar='NAME',
        help='files or folders below ROOT/annotations, e.g. train or kfold/fold0; '
        'default: the splits that it came with',
    )
    add(
        '--max-films',
        type=int,
        metavar='N',
        help='read the grey values of N films only, drawn at random',
    )
    add('--samples', type=int, default=12, help='films on the sample sheet (12)')
    add('--seed', type=int, default=0, help='of what is drawn at random (0)')
    add(
        '--no-slip-threshold',
        type=float,
        default=NO_SLIP_THRESHOLD,
        metavar='PERCENT',
        help='|slip| below which the grade is 0 (default: %(default)s)',
    )
    add('--workers', type=int, default=4, help='threads (default: %(default)s)')
    add('--force', action='store_true', help='replace DIR if it is not empty')
    return parser.parse_args()


def main() -> None:
    """Measure, write, and print the summary."""
    args = parse_args()
    lines = write_statistics(
        args.root,
        args.out,
        args.annotations,
        max_films=args.max_films,
        samples=args.samples,
        seed=args.seed,
        no_slip_threshold=args.no_slip_threshold,
        workers=args.workers,
        force=args.force,
    )
    print('\n'.join(lines))


if __name__ == '__main__':
    run_cli(main)
