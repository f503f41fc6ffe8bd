#!/usr/bin/env python
"""Measure how fast corners are read off heatmaps: ours against MMPose's loop."""

import argparse
from pathlib import Path

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.utils.cli import run_cli
from spondylo_mmpose.utils.io import check_writable, write_json


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add(
        '--vertebrae',
        type=int,
        nargs='+',
        default=[1, 8, 64],
        help='at once (default: %(default)s)',
    )
    add('--repeats', type=int, default=30, help='turns (default: %(default)s)')
    add('--threads', type=int, default=1, help='of torch (default: %(default)s)')
    add(
        '--out',
        type=Path,
        default=Path('work_dirs/benchmarks/decoding.json'),
        help='JSON to write (default: %(default)s)',
    )
    return parser.parse_args()


def main() -> None:
    """Measure, write, print."""
    args = parse_args()
    check_writable(args.out)
    from spondylo_mmpose.benchmarks.decoding import measure_decoding
    from spondylo_mmpose.benchmarks.speed_tables import decoding
    from spondylo_mmpose.utils.machine import describe_machine

    machine = describe_machine()
    result = measure_decoding(args.vertebrae, args.repeats, args.threads)
    result = {'machine': machine, **result}
    write_json(args.out, result)
    print('\n'.join(decoding(result)))
    print(f'written: {args.out}')


if __name__ == '__main__':
    run_cli(main)
