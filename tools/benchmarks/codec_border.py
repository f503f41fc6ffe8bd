#!/usr/bin/env python
"""Compare codecs of heatmaps on corners near the border of the crop."""

import argparse
from pathlib import Path

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.utils.cli import run_cli
from spondylo_mmpose.utils.io import check_writable, write_json


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        '--out',
        type=Path,
        default=Path('work_dirs/benchmarks/codec_border.json'),
        help='JSON to write (default: %(default)s)',
    )
    return parser.parse_args()


def main() -> None:
    """Measure, write, print."""
    args = parse_args()
    check_writable(args.out)
    from spondylo_mmpose.benchmarks.codec_border import measure_codec_border, table

    rows = measure_codec_border()
    write_json(args.out, rows)
    print(table(rows))
    print(f'written: {args.out}')


if __name__ == '__main__':
    run_cli(main)
