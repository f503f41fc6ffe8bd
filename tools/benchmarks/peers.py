#!/usr/bin/env python
"""Measure rtmlib and ultralytics beside ours, where they are installed."""

import argparse
import os
import sys
from pathlib import Path

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.utils.cli import run_cli
from spondylo_mmpose.utils.io import check_writable, write_json


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add(
        '--python',
        default=os.environ.get('SPONDYLO_PEERS') or sys.executable,
        help='interpreter that has them (default: $SPONDYLO_PEERS, or this one)',
    )
    add('--films', type=int, default=20, help='phantoms (default: %(default)s)')
    add(
        '--out',
        type=Path,
        default=Path('work_dirs/benchmarks/peers.json'),
        help='JSON to write (default: %(default)s)',
    )
    return parser.parse_args()


def main() -> None:
    """Measure, write, print."""
    args = parse_args()
    check_writable(args.out)
    from spondylo_mmpose.benchmarks.peers import measure_peers
    from spondylo_mmpose.benchmarks.speed_tables import peers
    from spondylo_mmpose.utils.machine import describe_machine, usable_cores

    machine = describe_machine()
    result = measure_peers(args.python, args.films, usable_cores())
    result = {'machine': machine, **result}
    write_json(args.out, result)
    print('\n'.join(peers(result)))
    print(f'written: {args.out}')


if __name__ == '__main__':
    run_cli(main)
