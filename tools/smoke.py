#!/usr/bin/env python
"""Try recipes on a few phantoms: each trains, resumes, is tested, and learns."""

import argparse
from pathlib import Path

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.utils.cli import run_cli


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        'configs', nargs='*', type=Path, help='recipes (default: all in configs/)'
    )
    parser.add_argument(
        '--out',
        type=Path,
        default=Path('work_dirs/smoke'),
        metavar='DIR',
        help='folder to write; an earlier trial is replaced (default: %(default)s)',
    )
    return parser.parse_args()


def main() -> int:
    """Try the recipes."""
    args = parse_args()
    from spondylo_mmpose.experiments.smoke import run_smoke

    return run_smoke(args, Path(__file__).resolve().parent)


if __name__ == '__main__':
    run_cli(main)
