#!/usr/bin/env python
"""Compare how S1 is labelled in phantoms and in the data set's table of boxes."""

import argparse
from pathlib import Path

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.utils.cli import run_cli


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add(
        'table',
        nargs='?',
        type=Path,
        help='per_vertebra_stats.csv; skipped without',
    )
    add('--num', type=int, default=1000, help='phantoms (default: %(default)s)')
    add('--seed', type=int, default=11, help='of the phantoms (default: %(default)s)')
    return parser.parse_args()


def main() -> None:
    """Compare."""
    args = parse_args()
    if args.table is None:
        print('skipped: name the table of boxes and mean corners')
        return
    from spondylo_mmpose.benchmarks.sacral_shape import (
        phantom_shapes,
        shape_table,
        table_shapes,
    )

    real = table_shapes(args.table)
    phantoms = phantom_shapes(args.num, args.seed)
    print(shape_table({'films': real, 'phantoms': phantoms}))


if __name__ == '__main__':
    run_cli(main)
