#!/usr/bin/env python
"""Let top-down recipes learn a few films by heart: tells a coordinate slip."""

import argparse
import sys
from pathlib import Path

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.utils.cli import run_cli
from spondylo_mmpose.utils.io import check_writable, write_json


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    from spondylo_mmpose.engine.cfg_options import CfgOptions

    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add('configs', nargs='+', type=Path, help='recipes, e.g. configs/unet_spondylo.py')
    add('--data-root', type=Path, help='data set (default: phantoms, made once)')
    add('--films', type=int, default=4, help='phantoms (default: %(default)s)')
    add('--iterations', type=int, default=300, help='steps (default: %(default)s)')
    add('--crop', type=int, help='smaller crops for heatmap recipes, px, e.g. 128')
    add(
        '--cfg-options',
        nargs='+',
        action=CfgOptions,
        metavar='NAME=VALUE',
        help='override settings of all recipes',
    )
    add(
        '--out',
        type=Path,
        default=Path('work_dirs/overfit'),
        help='folder of the results; the same run goes on (default: %(default)s)',
    )
    return parser.parse_args()


def main() -> None:
    """Train, print, and end with status 1 if a recipe fails."""
    args = parse_args()
    from spondylo_mmpose.benchmarks.overfit import run_overfit

    check_writable(args.out / 'results.json')
    results = run_overfit(
        args.configs,
        args.out,
        args.iterations,
        args.data_root,
        args.films,
        args.cfg_options,
        args.crop,
    )
    write_json(args.out / 'results.json', results)
    print(f'written: {args.out / "results.json"}')
    if not all(result['learned'] and result['follows'] for result in results.values()):
        sys.exit(1)


if __name__ == '__main__':
    run_cli(main)
