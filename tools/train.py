#!/usr/bin/env python
"""Train a model from a config."""

import argparse
import sys

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.utils.cli import run_cli


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    # Torch comes with this import; it must follow the settings of run_cli's module.
    from spondylo_mmpose.engine.options import add_run_options
    from spondylo_mmpose.engine.training_options import add_training_options

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='recipe, e.g. configs/rtmpose_s_spondylo.py')
    add_training_options(parser)
    add_run_options(parser)
    return parser.parse_args()


def main() -> int:
    """Train."""
    args = parse_args()
    if args.processes > 1 and args.launcher == 'none':
        from spondylo_mmpose.engine.processes import check_processes, run_processes

        check_processes(args.processes, args.device)
        again = [sys.executable, *sys.orig_argv[1:], '--launcher', 'pytorch']
        return run_processes(args.processes, again)
    from spondylo_mmpose.engine.training import run_training

    for line in run_training(args):
        print(line)
    return 0


if __name__ == '__main__':
    run_cli(main)
