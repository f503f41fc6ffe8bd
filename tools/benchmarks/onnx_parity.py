#!/usr/bin/env python
"""Measure how far an exported model is from torch on phantoms, and how fast it is."""

import argparse
from pathlib import Path

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.utils.cli import run_cli
from spondylo_mmpose.utils.io import check_writable, write_json


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add('config', nargs='?', help='recipe')
    add('checkpoint', nargs='?', help='its checkpoint')
    add('model', nargs='?', help='what tools/export.py made of them')
    add('--films', type=int, default=100, help='phantoms (default: %(default)s)')
    add('--seed', type=int, default=100, help='theirs (default: %(default)s)')
    add('--threads', type=int, default=1, help='of either (default: %(default)s)')
    add(
        '--out',
        type=Path,
        default=Path('work_dirs/benchmarks/onnx_parity.json'),
        help='JSON to write (default: %(default)s)',
    )
    return parser.parse_args()


def main() -> None:
    """Measure, write, print."""
    args = parse_args()
    if args.model is None:
        print('skipped: name a recipe, its checkpoint and the exported model')
        return
    check_writable(args.out)
    from spondylo_mmpose.benchmarks.onnx_parity import measure_onnx_parity
    from spondylo_mmpose.utils.machine import describe_machine

    told = measure_onnx_parity(
        args.config, args.checkpoint, args.model, args.films, args.seed, args.threads
    )
    write_json(args.out, {'machine': describe_machine(), **told.as_json()})
    print(
        f'{told.films} films, {told.vertebrae} vertebrae: differences up to '
        f'{told.largest_px:.2g} px; other counts on {told.other_counts} films'
    )
    print(
        f'a film, {told.threads} thread: torch {told.torch_seconds * 1e3:.0f} ms, '
        f'onnxruntime {told.onnx_seconds * 1e3:.0f} ms'
    )
    print(f'written: {args.out}')


if __name__ == '__main__':
    run_cli(main)
