"""Convert a raw data set to the COCO keypoints that everything here reads."""

import argparse

from spondylo_mmpose.converters.archive import open_source
from spondylo_mmpose.converters.conversion import convert
from spondylo_mmpose.converters.registry import FORMATS, detect_or_refuse
from spondylo_mmpose.utils.cli import run_cli

_AUTO = 'whichever of the others the data set looks like'


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    formats = parser.add_subparsers(dest='format', required=True, metavar='FORMAT')
    for name, raw in [('auto', None), *FORMATS.items()]:
        about = _AUTO if raw is None else raw.help
        sub = formats.add_parser(name, help=about, description=about)
        sub.add_argument('src', metavar='SRC', help='zip or folder of the raw data')
        sub.add_argument('out', metavar='OUT', help='folder to write')
        sub.add_argument(
            '--force', action='store_true', help='replace OUT if it is not empty'
        )
        sub.add_argument(
            '--workers', type=int, default=4, help='threads (default: %(default)s)'
        )
        if raw is not None:
            raw.add_arguments(sub)
    return parser.parse_args()


def main() -> None:
    """Convert and print the summary."""
    args = parse_args()
    if args.format == 'auto':
        with open_source(args.src) as source:
            raw_format = detect_or_refuse(source, args.src, 'in place of auto')
        print(f'format: {raw_format.name}')
    else:
        raw_format = FORMATS[args.format].from_arguments(args)
    report = convert(raw_format, args.src, args.out, args.force, args.workers)
    print(report.summary(args.out))


if __name__ == '__main__':
    run_cli(main)
