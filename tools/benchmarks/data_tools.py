#!/usr/bin/env python
"""Measure how long auditing and converting a raw data set takes."""

import argparse
from pathlib import Path

from spondylo_mmpose.benchmarks.data_tools import measure_data_tools
from spondylo_mmpose.phantom.writer import write_phantoms
from spondylo_mmpose.utils.cli import run_cli
from spondylo_mmpose.utils.io import check_writable, write_json


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add('--src', type=Path, help='raw data set (default: phantoms, made once)')
    add('--films', type=int, default=700, help='phantoms (default: %(default)s)')
    add(
        '--out',
        type=Path,
        default=Path('work_dirs/benchmarks/data_tools.json'),
        help='JSON to write (default: %(default)s)',
    )
    return parser.parse_args()


def main() -> None:
    """Measure, write, print."""
    args = parse_args()
    check_writable(args.out)
    src = args.src or args.out.parent / f'raw_{args.films}'
    if args.src is None and not src.is_dir():
        print(f'drawing {args.films} phantoms once, for {src}')
        write_phantoms(src, args.films)
    result = measure_data_tools(src)
    write_json(args.out, result)
    for name, seconds in result['seconds'].items():
        print(f'{name} of {result["images"]} films: {seconds:.1f} s')
    print(f'written: {args.out}')


if __name__ == '__main__':
    run_cli(main)
