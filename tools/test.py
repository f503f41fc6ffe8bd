#!/usr/bin/env python
"""Test a checkpoint: metrics, and on request every prediction in a file."""

import argparse

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.utils.cli import run_cli


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    # Torch comes with this import; it must follow the settings of run_cli's module.
    from spondylo_mmpose.engine.options import add_run_options

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='recipe that the checkpoint was trained with')
    parser.add_argument('checkpoint', help='weights, e.g. work_dirs/*/best_*.pth')
    parser.add_argument('--dump', metavar='FILE.pkl', help='write every prediction')
    parser.add_argument('--out', metavar='FILE.json', help='write the metrics')
    found = parser.add_argument_group(
        'end to end', 'vertebrae are found by a detector instead of given'
    )
    source = found.add_mutually_exclusive_group()
    source.add_argument(
        '--detector', nargs=2, metavar=('CONFIG', 'CHECKPOINT'), help='finds the boxes'
    )
    source.add_argument(
        '--bbox-file', metavar='FILE.json', help='COCO detection results with the boxes'
    )
    found.add_argument(
        '--passes',
        type=int,
        choices=(1, 2, 3),
        help='times that the pose model looks, from the second on in the hull of what '
        'it said before; default: as the recipe says, or 1',
    )
    found.add_argument(
        '--save-boxes', metavar='FILE.json', help='write what was found for --bbox-file'
    )
    add_run_options(parser)
    return parser.parse_args()


def main() -> None:
    """Test."""
    args = parse_args()
    from spondylo_mmpose.engine.testing import run_test

    for line in run_test(args):
        print(line)


if __name__ == '__main__':
    run_cli(main)
