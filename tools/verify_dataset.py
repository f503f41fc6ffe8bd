"""Audit a data set, raw or converted: what is wrong with its films and labels."""

import argparse
from contextlib import ExitStack

from spondylo_mmpose.audit.auditing import audit, reading
from spondylo_mmpose.audit.page import write_page
from spondylo_mmpose.audit.text import summary
from spondylo_mmpose.converters.formats.coco import Coco
from spondylo_mmpose.converters.registry import FORMATS
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.cli import run_cli
from spondylo_mmpose.utils.io import check_writable, write_json

_STATUS = 'Exit status: 0 clean, 1 warnings only, 2 errors (in the data or reading it).'


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__, epilog=_STATUS)
    parser.add_argument('src', metavar='SRC', help='folder or zip of the data set')
    parser.add_argument('--format', choices=FORMATS, help='found out when left out')
    parser.add_argument(
        '--annotations',
        metavar='NAME',
        help='of a converted data set: the files in annotations/NAME (a split)',
    )
    parser.add_argument(
        '--against',
        metavar='OTHER',
        help='another data set, none of whose films may be in this one',
    )
    parser.add_argument('--json', metavar='FILE', help='write the report as JSON')
    parser.add_argument('--html', metavar='DIR', help='write a page with pictures')
    parser.add_argument(
        '--copies',
        metavar='FILE',
        help='write the films that must stay together, for split_dataset.py --together',
    )
    parser.add_argument(
        '--strict', action='store_true', help='let warnings count as errors'
    )
    parser.add_argument('--force', action='store_true', help='replace the page')
    parser.add_argument(
        '--workers', type=int, default=4, help='threads (default: %(default)s)'
    )
    return parser.parse_args()


def main() -> int:
    """Audit, write the reports and print the summary."""
    args = parse_args()
    chosen = FORMATS[args.format] if args.format else None
    if args.annotations is not None:
        if args.format not in (None, 'coco'):
            raise SpondyloError('--annotations: is for converted data sets only')
        chosen = Coco(args.annotations)
    for file in filter(None, (args.json, args.copies)):
        check_writable(file)
    with ExitStack() as stack:
        read = stack.enter_context(reading(args.src, chosen, args.workers))
        other = None
        if args.against:
            other = stack.enter_context(reading(args.against, None, args.workers))
        result = audit(read, other, args.workers)
        written = []
        if args.html:
            written.append(write_page(args.html, result, read, args.force))
    if args.json:
        written.append(write_json(args.json, result.as_dict()))
    if args.copies:
        written.append(write_json(args.copies, result.copies))
    print(summary(result, args.strict))
    for path in written:
        print(f'written: {path}')
    return result.status(args.strict)


if __name__ == '__main__':
    run_cli(main)
