#!/usr/bin/env python
"""Measure predictions from a file, or bring them into JSON; needs no model."""

import argparse

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.cli.options import add_threshold_options
from spondylo_mmpose.utils.cli import run_cli


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog='The forms are described in docs/predictions.md.'
    )
    parser.add_argument(
        'predictions',
        metavar='PREDICTIONS',
        help='our JSON, COCO keypoint results or a dump of "tools/test.py --dump"',
    )
    parser.add_argument(
        'annotations',
        metavar='ANNOTATIONS',
        nargs='*',
        help='annotation files of the films, e.g. ROOT/annotations/test.json',
    )
    parser.add_argument(
        '--more',
        nargs='+',
        metavar='PREDICTIONS',
        default=[],
        help='predictions for further films, measured together with the first: those '
        'of the other folds of a cross-validation',
    )
    parser.add_argument(
        '--mean-with',
        nargs='+',
        action='append',
        metavar='PREDICTIONS',
        default=[],
        help='given boxes: measure the mean of the corners of several models; files of '
        'another one for the same films (once for each model)',
    )
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument(
        '--given-boxes',
        dest='given_boxes',
        action='store_true',
        default=None,
        help='refuse predictions that were made without the true boxes',
    )
    kind.add_argument(
        '--end-to-end',
        dest='given_boxes',
        action='store_false',
        default=None,
        help='refuse predictions that were made with them',
    )
    parser.add_argument(
        '--allow-missing',
        action='store_true',
        help='given boxes: a vertebra without a prediction is infinitely wrong instead '
        'of an error (end to end it is always one that was not found)',
    )
    parser.add_argument(
        '--fit-to-boxes',
        action='store_true',
        help='given boxes: take them for exact and move the corners as little as lets '
        'their hull be the box',
    )
    add_threshold_options(parser)
    parser.add_argument(
        '--no-intervals',
        dest='intervals',
        action='store_false',
        help='leave out the 95 %% intervals, which take a few seconds',
    )
    parser.add_argument(
        '--floor',
        nargs='+',
        metavar='ANNOTATIONS',
        help='given boxes: measure what the boxes alone give away too, with the mean '
        'shape of these films, which should be others, as those of the training',
    )
    parser.add_argument('--json', metavar='FILE', help='write every value')
    parser.add_argument(
        '--out', metavar='DIR', help='write the values, tables and pictures of a run'
    )
    parser.add_argument('--save-json', metavar='FILE', help='write the predictions')
    return parser.parse_args()


def main() -> None:
    """Measure, print and write."""
    args = parse_args()
    from spondylo_mmpose.evaluation.offline_tool import run_evaluate

    for line in run_evaluate(args):
        print(line)


if __name__ == '__main__':
    run_cli(main)
