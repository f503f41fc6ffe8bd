#!/usr/bin/env python
"""Learn which films are unlike lateral lumbar ones, from films of that kind alone."""

import argparse

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.utils.cli import run_cli


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    from spondylo_mmpose.apis.fit_screen_tool import add_options

    parser = argparse.ArgumentParser(
        description=__doc__, epilog='See docs/screening.md.'
    )
    add_options(parser)
    return parser.parse_args()


def main() -> None:
    """Learn, write, print."""
    args = parse_args()
    from spondylo_mmpose.apis.fit_screen_tool import fit_screen

    for line in fit_screen(args):
        print(line)


if __name__ == '__main__':
    run_cli(main)
