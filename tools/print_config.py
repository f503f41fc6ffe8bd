#!/usr/bin/env python
"""Print a config as a run would have it: with all that it inherits, and options."""

import argparse
import sys
from contextlib import redirect_stdout

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.utils.cli import run_cli


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    # Torch comes with this import; it must follow the settings of run_cli's module.
    from spondylo_mmpose.engine.cfg_options import CfgOptions

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='recipe, e.g. configs/rtmpose_s_spondylo.py')
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=CfgOptions,
        metavar='NAME=VALUE',
        help='override settings of the config, e.g. data_root=data/spondylo',
    )
    return parser.parse_args()


def main() -> None:
    """Print."""
    args = parse_args()
    from spondylo_mmpose.engine.launch import load_config

    # mmengine tells on stdout of environment variables that it puts in.
    with redirect_stdout(sys.stderr):
        text = load_config(args.config, args.cfg_options).pretty_text
    print(text)


if __name__ == '__main__':
    run_cli(main)
