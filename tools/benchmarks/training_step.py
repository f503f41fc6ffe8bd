#!/usr/bin/env python
"""Measure a step of training: ours against stock MMPose and a plain loop."""

import argparse
from pathlib import Path

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.utils.cli import run_cli
from spondylo_mmpose.utils.io import check_writable, write_json


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    from spondylo_mmpose.utils.machine import usable_cores

    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add(
        '--families',
        nargs='+',
        metavar='NAME',
        help='hrnet_w32, resnet50 (default: both)',
    )
    add('--batch-size', type=int, default=8, help='crops (default: %(default)s)')
    add('--rounds', type=int, default=5, help='steps of each (default: %(default)s)')
    add(
        '--threads',
        type=int,
        default=usable_cores(),
        help='of torch (default: all cores)',
    )
    add('--data-root', type=Path, help='data set (default: phantoms, made once)')
    add(
        '--out',
        type=Path,
        default=Path('work_dirs/benchmarks/training_step.json'),
        help='JSON to write (default: %(default)s)',
    )
    return parser.parse_args()


def main() -> None:
    """Measure, write, print."""
    args = parse_args()
    check_writable(args.out)
    from spondylo_mmpose.benchmarks.speed_tables import training_step
    from spondylo_mmpose.benchmarks.training_step import FAMILIES, measure_training_step
    from spondylo_mmpose.phantom.writer import write_phantoms
    from spondylo_mmpose.utils.machine import describe_machine

    root = args.data_root or args.out.parent / 'coco_100'
    if args.data_root is None and not root.is_dir():
        print(f'drawing 100 phantoms once, for {root}')
        write_phantoms(root, 100, layout='coco')
    machine = describe_machine()
    result = measure_training_step(
        root,
        args.families or tuple(FAMILIES),
        args.batch_size,
        args.rounds,
        args.threads,
    )
    result = {'machine': machine, **result}
    write_json(args.out, result)
    print('\n'.join(training_step(result)))
    print(f'written: {args.out}')


if __name__ == '__main__':
    run_cli(main)
