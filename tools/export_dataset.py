"""Write a converted data set in the format of another tool."""

import argparse

from spondylo_mmpose.exporters.export import export_dataset
from spondylo_mmpose.exporters.images import IMAGE_MODES
from spondylo_mmpose.exporters.registry import EXPORTERS
from spondylo_mmpose.utils.cli import run_cli


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    formats = parser.add_subparsers(dest='format', required=True, metavar='FORMAT')
    for name, exporter in EXPORTERS.items():
        sub = formats.add_parser(name, help=exporter.help, description=exporter.help)
        sub.add_argument('root', metavar='ROOT', help='folder of the converted data')
        sub.add_argument('out', metavar='OUT', help='folder to write')
        sub.add_argument(
            '--annotations',
            metavar='NAME',
            help='annotation set ROOT/annotations/NAME (default: ROOT/annotations)',
        )
        sub.add_argument(
            '--images',
            choices=IMAGE_MODES,
            default='copy',
            help='copy them, give the same files a second name on the same disk, or '
            'write labels only (default: %(default)s)',
        )
        sub.add_argument(
            '--force', action='store_true', help='replace OUT if it is not empty'
        )
    return parser.parse_args()


def main() -> None:
    """Export and say what was written and what was lost."""
    args = parse_args()
    report = export_dataset(
        args.format, args.root, args.out, args.annotations, args.force, args.images
    )
    print(report.summary(args.out))


if __name__ == '__main__':
    run_cli(main)
