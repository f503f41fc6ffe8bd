#!/usr/bin/env python
"""Put trained networks together as one model that answers with their mean."""

import argparse

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.utils.cli import run_cli


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        'sources',
        nargs='+',
        metavar='SOURCE',
        help='run, of which the best weights are taken, or checkpoint in its run; two '
        'or more networks of crops with slots (maht_net_topdown_*)',
    )
    parser.add_argument('--out', required=True, metavar='DIR', help='write it here')
    parser.add_argument(
        '--force', action='store_true', help='replace what was written to DIR before'
    )
    return parser.parse_args()


def main() -> None:
    """Put them together."""
    args = parse_args()
    # Torch comes with this import; it must follow the settings of run_cli's module.
    from spondylo_mmpose.zoo.ensemble import make_ensemble

    weights = make_ensemble(args.sources, args.out, args.force)
    print(f'ensemble of {len(args.sources)}: {weights}')
    print(
        f'its config lies beside it; test it, or publish it: tools/publish.py {weights}'
    )


if __name__ == '__main__':
    run_cli(main)
