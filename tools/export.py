#!/usr/bin/env python
"""Export a trained model as an ONNX file that runs without torch."""

import argparse

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.utils.cli import run_cli


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='recipe')
    parser.add_argument('checkpoint', help='its checkpoint, or published weights')
    parser.add_argument('--out', required=True, metavar='FILE', help='write it here')
    parser.add_argument(
        '--opset', type=int, metavar='N', help='version of the ONNX operators (18)'
    )
    parser.add_argument(
        '--check',
        action='store_true',
        help='compare it with torch on phantoms first; what differs is not written',
    )
    return parser.parse_args()


def main() -> None:
    """Export."""
    args = parse_args()
    # Torch comes with this import; it must follow the settings of run_cli's module.
    from spondylo_mmpose.deployment.exporting import OPSET, export_model

    done = export_model(
        args.config, args.checkpoint, args.out, args.opset or OPSET, args.check
    )
    width, height = done.facts.input_size
    print(f'exported: {done.path}, a {done.facts.kind} model, input {width}x{height}')
    if done.difference is not None:
        largest, vertebrae = done.difference
        if vertebrae:
            print(
                f'largest difference from torch: {largest:.2g} px, '
                f'{vertebrae} vertebrae on phantoms'
            )
        else:
            print('neither it nor torch found anything on phantoms: not compared')


if __name__ == '__main__':
    run_cli(main)
