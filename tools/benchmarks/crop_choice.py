#!/usr/bin/env python
"""Compare paddings of the box and sizes of the crop on a narrow network."""

import argparse
from pathlib import Path

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.phantom.writer import write_phantoms
from spondylo_mmpose.utils.cli import run_cli
from spondylo_mmpose.utils.io import check_writable, write_json

RECIPE = Path(__file__).parents[2] / 'configs' / 'demo' / 'hrnet_w16.py'


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add('--data-root', type=Path, help='data set (default: phantoms, made once)')
    add('--films', type=int, default=150, help='phantoms (default: %(default)s)')
    add(
        '--paddings',
        type=float,
        nargs='+',
        default=[1.5, 1.25, 1.75, 2.0],
        help='of the box, times its longer side (default: %(default)s)',
    )
    add(
        '--sizes',
        type=int,
        nargs='+',
        default=[128, 192, 256],
        help='of the crop, px (default: %(default)s)',
    )
    add('--grid', action='store_true', help='all pairs, not a cross through the first')
    add(
        '--iterations', type=int, default=150, help='of 16 crops (default: %(default)s)'
    )
    add(
        '--out',
        type=Path,
        default=Path('work_dirs/benchmarks/crop_choice.json'),
        help='JSON to write (default: %(default)s)',
    )
    return parser.parse_args()


def main() -> None:
    """Measure, write, print."""
    args = parse_args()
    check_writable(args.out)
    from spondylo_mmpose.benchmarks.crop_choice import (
        choices,
        measure_crop_choice,
        table,
    )

    root = args.data_root or args.out.parent / f'coco_{args.films}'
    if args.data_root is None and not root.is_dir():
        print(f'drawing {args.films} phantoms once, for {root}')
        write_phantoms(root, args.films, layout='coco')
    compared = choices(args.paddings, args.sizes, args.grid)

    def keep(rows: list) -> None:
        write_json(args.out, {'iterations': args.iterations, 'choices': rows})

    rows = measure_crop_choice(RECIPE, root, compared, args.iterations, keep=keep)
    print(table(rows))
    print(f'written: {args.out}')


if __name__ == '__main__':
    run_cli(main)
