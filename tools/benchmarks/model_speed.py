#!/usr/bin/env python
"""Measure how many films a second models get through on this processor."""

import argparse
from pathlib import Path

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.utils.cli import run_cli
from spondylo_mmpose.utils.io import check_writable, write_json

CONFIGS = Path(__file__).parents[2] / 'configs'
RECIPES = ('maht_net_t', 'maht_net', 'rtmpose_s', 'hrnet_w32')


def recipe(text: str) -> tuple[Path, Path | None]:
    """Split ``RECIPE=CHECKPOINT``."""
    path, _, checkpoint = text.partition('=')
    return Path(path), Path(checkpoint) if checkpoint else None


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add(
        'recipes',
        nargs='*',
        type=recipe,
        metavar='RECIPE[=CHECKPOINT]',
        default=[(CONFIGS / f'{name}_spondylo.py', None) for name in RECIPES],
        help='random weights without a checkpoint '
        f'(default: {", ".join(RECIPES)}, as they are)',
    )
    add(
        '--detector',
        type=recipe,
        metavar='RECIPE[=CHECKPOINT]',
        help='its time is added to that of models that are given boxes',
    )
    add('--data-root', type=Path, help='data set (default: phantoms, made once)')
    add('--films', type=int, default=20, help='how many (default: %(default)s)')
    add('--threads', type=int, default=1, help='of torch (default: %(default)s)')
    add(
        '--out',
        type=Path,
        default=Path('work_dirs/benchmarks/model_speed.json'),
        help='JSON to write (default: %(default)s)',
    )
    return parser.parse_args()


def main() -> None:
    """Measure, write, print."""
    args = parse_args()
    check_writable(args.out)
    from spondylo_mmpose.benchmarks.model_speed import (
        as_json,
        measure_model_speed,
        table,
    )
    from spondylo_mmpose.phantom.writer import write_phantoms
    from spondylo_mmpose.utils.machine import describe_machine

    root = args.data_root or args.out.parent / 'coco_100'
    if args.data_root is None and not root.is_dir():
        print(f'drawing 100 phantoms once, for {root}')
        write_phantoms(root, 100, layout='coco')
    rows = measure_model_speed(
        args.recipes, root, args.detector, args.films, args.threads
    )
    machine = describe_machine()
    write_json(
        args.out, dict(machine=machine, threads=args.threads, models=as_json(rows))
    )
    print(table(rows).to_markdown())
    print(f'written: {args.out}')


if __name__ == '__main__':
    run_cli(main)
