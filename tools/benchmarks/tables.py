#!/usr/bin/env python
"""Put what was measured into the tables of a page."""

import argparse
from pathlib import Path

from spondylo_mmpose.utils.cli import run_cli

DOCS = Path(__file__).parents[2] / 'docs'


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add(
        'measured',
        nargs='?',
        type=Path,
        help='folder of the JSON files of the benchmarks, e.g. work_dirs/benchmarks',
    )
    add(
        '--page',
        type=Path,
        default=DOCS / 'speed.md',
        help='page to rewrite (default: docs/speed.md)',
    )
    add(
        '--kept',
        type=Path,
        default=DOCS / 'benchmarks',
        help='keep the files here (default: docs/benchmarks)',
    )
    return parser.parse_args()


def main() -> None:
    """Copy the files and rewrite the page."""
    args = parse_args()
    if args.measured is None:
        print('skipped: name the folder of what was measured')
        return
    from spondylo_mmpose.benchmarks.tables import update_page

    for path in update_page(args.page, args.kept, args.measured):
        print(f'written: {path}')


if __name__ == '__main__':
    run_cli(main)
