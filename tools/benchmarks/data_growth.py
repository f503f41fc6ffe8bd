#!/usr/bin/env python
"""Measure what converting, auditing and measuring cost as a data set grows."""

import argparse
from pathlib import Path

from spondylo_mmpose.utils.cli import run_cli
from spondylo_mmpose.utils.io import check_writable, write_json


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add(
        '--sizes',
        type=int,
        nargs='+',
        default=[20, 200, 2000],
        help='in films (%(default)s)',
    )
    add('--repeats', type=int, default=1, help='of each (default: %(default)s)')
    add(
        '--out',
        type=Path,
        default=Path('work_dirs/benchmarks/data_growth.json'),
        help='JSON to write (default: %(default)s)',
    )
    return parser.parse_args()


def main() -> None:
    """Measure, write, print."""
    args = parse_args()
    check_writable(args.out)
    from spondylo_mmpose.benchmarks.data_growth import measure_data_growth
    from spondylo_mmpose.benchmarks.speed_tables import data_growth
    from spondylo_mmpose.utils.machine import describe_machine

    machine = describe_machine()
    result = measure_data_growth(args.out.parent, args.sizes, args.repeats)
    result = {'machine': machine, **result}
    write_json(args.out, result)
    print('\n'.join(data_growth(result)))
    print(f'written: {args.out}')


if __name__ == '__main__':
    run_cli(main)
