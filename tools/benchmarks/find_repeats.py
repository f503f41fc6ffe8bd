#!/usr/bin/env python
"""Measure how many films, exported again with a change, the audit finds."""

import argparse
from pathlib import Path

from spondylo_mmpose.benchmarks.repeats import measure_repeats, table
from spondylo_mmpose.utils.cli import run_cli
from spondylo_mmpose.utils.io import check_writable, write_json


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add('--films', type=int, default=100, help='phantoms (default: %(default)s)')
    add(
        '--out',
        type=Path,
        default=Path('work_dirs/benchmarks/find_repeats.json'),
        help='JSON to write (default: %(default)s)',
    )
    return parser.parse_args()


def main() -> None:
    """Measure, write, print."""
    args = parse_args()
    check_writable(args.out)
    result = measure_repeats(args.films)
    write_json(args.out, {'films': args.films, 'changes': result})
    print(table(result))
    print(f'written: {args.out}')


if __name__ == '__main__':
    run_cli(main)
