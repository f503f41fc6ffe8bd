#!/usr/bin/env python
"""Learn how sure corners and slips are, and check it on films set aside."""

import argparse

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.utils.cli import run_cli


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    from spondylo_mmpose.evaluation.film_pairs import SCORE_THRESHOLD
    from spondylo_mmpose.uncertainty.calibrating import COVERAGES

    parser = argparse.ArgumentParser(
        description=__doc__, epilog='See docs/uncertainty.md.'
    )
    parser.add_argument(
        'val_dump',
        metavar='VAL_DUMP',
        nargs='?',
        help='predictions for films of validation, of "tools/test.py --dump"',
    )
    parser.add_argument(
        '--more',
        nargs='+',
        metavar='VAL_DUMP',
        default=[],
        help='predictions for further films, as of the other folds of a '
        'cross-validation',
    )
    parser.add_argument(
        '--few-as-normal',
        action='store_true',
        help='of fewer than 50 patients learn the scale alone and take errors for '
        'normal, instead of having no intervals',
    )
    parser.add_argument(
        '--cross-check',
        action='store_true',
        help='tell how many true values of each dump lie in intervals that the other '
        'dumps teach',
    )
    parser.add_argument('--out', metavar='FILE.json', help='calibration to write')
    parser.add_argument(
        '--calibration', metavar='FILE.json', help='check this one, learn none'
    )
    parser.add_argument(
        '--check', metavar='TEST_DUMP', help='predictions for other films'
    )
    parser.add_argument('--figure', metavar='FILE.png', help='picture of the check')
    parser.add_argument('--json', metavar='FILE.json', help='numbers of the check')
    parser.add_argument(
        '--run', metavar='NAME', help="name of the run; default its dump's folder"
    )
    parser.add_argument(
        '--coverages',
        type=float,
        nargs='+',
        metavar='SHARE',
        help='shares of true values that intervals are to hold (default: '
        f'{" ".join(map(str, COVERAGES))})',
    )
    parser.add_argument(
        '--score-threshold',
        type=float,
        metavar='SCORE',
        help='least score of a vertebra that counts as found, of dumps of whole films '
        f'(default: {SCORE_THRESHOLD})',
    )
    return parser.parse_args()


def main() -> None:
    """Calibrate and check."""
    args = parse_args()
    from spondylo_mmpose.uncertainty.tool import run_calibration

    for line in run_calibration(args):
        print(line)


if __name__ == '__main__':
    run_cli(main)
