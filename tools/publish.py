#!/usr/bin/env python
"""Publish a trained model: its weights alone, the config, a card, digests."""

import argparse

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.utils.cli import run_cli


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        'source', help='checkpoint, or folder of a run, of which the best is taken'
    )
    parser.add_argument('--out', required=True, metavar='DIR', help='write it here')
    parser.add_argument(
        '--config', help='recipe of a checkpoint that does not lie in its run'
    )
    parser.add_argument(
        '--keep-film-keys',
        action='store_true',
        help='keep hashed keys of the training films, so that tests on them are '
        'noticed; who guesses the numbers of patients finds them out: for public data',
    )
    parser.add_argument(
        '--half', action='store_true', help='write weights in 16 bits: half the size'
    )
    beside = parser.add_argument_group('published with it')
    beside.add_argument(
        '--detector', metavar='SOURCE', help='checkpoint or run of what finds vertebrae'
    )
    beside.add_argument(
        '--detector-config', metavar='CONFIG', help="its recipe, instead of its run's"
    )
    beside.add_argument(
        '--calibration', metavar='FILE', help='of tools/calibrate_uncertainty.py'
    )
    beside.add_argument('--screen', metavar='FILE', help='of tools/fit_screen.py')
    parser.add_argument(
        '--force', action='store_true', help='replace what was published to DIR before'
    )
    return parser.parse_args()


def main() -> None:
    """Publish."""
    args = parse_args()
    # Torch comes with this import; it must follow the settings of run_cli's module.
    from spondylo_mmpose.zoo.publishing import Beside, publish

    weights = publish(
        args.source,
        args.out,
        args.config,
        args.keep_film_keys,
        args.force,
        Beside(args.detector, args.detector_config, args.calibration, args.screen),
        args.half,
    )
    print(f'published: {weights}')
    print(f'with its config, card and digests in {args.out}')


if __name__ == '__main__':
    run_cli(main)
