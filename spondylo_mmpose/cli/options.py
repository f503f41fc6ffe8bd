"""Options that several tools share."""

import argparse

from spondylo_mmpose.evaluation.film_pairs import SCORE_THRESHOLD
from spondylo_mmpose.spine.measurements import NO_SLIP_THRESHOLD


def add_threshold_options(parser: argparse.ArgumentParser) -> None:
    """Add what counts as found, and from where on a slip counts.

    Args:
        parser: Of a tool that measures predictions; gets ``--score-threshold``, which
            is ``None`` where it is not given, and ``--no-slip-threshold``.
    """
    parser.add_argument(
        '--score-threshold',
        type=float,
        metavar='SCORE',
        help='end to end: least score of a vertebra that counts as found (default: '
        f'{SCORE_THRESHOLD})',
    )
    parser.add_argument(
        '--no-slip-threshold',
        type=float,
        metavar='PERCENT',
        default=NO_SLIP_THRESHOLD,
        help='smaller slips have grade 0 (default: %(default)s)',
    )
