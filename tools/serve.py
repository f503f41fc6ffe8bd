#!/usr/bin/env python
"""Review and correct reports in a browser; films dropped there are measured."""

import argparse

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.utils.cli import run_cli


def main() -> int:
    """Serve until Ctrl-C.

    Returns:
        0.
    """
    # Torch may come with this import; it must follow the settings of run_cli's module.
    from spondylo_mmpose.serving.serve_tool import add_options, serve

    parser = argparse.ArgumentParser(
        description=__doc__, epilog='For research use only. See docs/review.md.'
    )
    add_options(parser)
    return serve(parser.parse_args())


if __name__ == '__main__':
    run_cli(main)
