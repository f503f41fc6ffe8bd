#!/usr/bin/env python
"""Measure how fast films are decoded and cropped, and how long training waits."""

import argparse
from pathlib import Path

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.utils.cli import run_cli
from spondylo_mmpose.utils.io import check_writable, write_json

RECIPE = Path(__file__).parents[2] / 'configs' / 'demo' / 'hrnet_w16.py'


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add('--config', type=Path, default=RECIPE, help="recipe (default: the demo's)")
    add('--films', type=int, default=64, help='phantoms (default: %(default)s)')
    add(
        '--out',
        type=Path,
        default=Path('work_dirs/benchmarks/input_pipeline.json'),
        help='JSON to write (default: %(default)s)',
    )
    return parser.parse_args()


def main() -> None:
    """Measure, write, print."""
    args = parse_args()
    check_writable(args.out)
    from spondylo_mmpose.benchmarks.input_pipeline import (
        measure_input_pipeline,
        table,
    )

    result = measure_input_pipeline(args.config, args.films)
    write_json(args.out, result)
    print(table(result))
    print(f'written: {args.out}')


if __name__ == '__main__':
    run_cli(main)
