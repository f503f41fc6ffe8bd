"""Tell a converted data set the pixel spacing of its films."""

import argparse

from spondylo_mmpose.calibration.calibrate import ESTIMATED, KNOWN, calibrate
from spondylo_mmpose.calibration.distances import Distance
from spondylo_mmpose.calibration.prior import AnatomicalPrior
from spondylo_mmpose.calibration.ruler import COLUMNS, KnownDistances, read_distances
from spondylo_mmpose.calibration.spacing import Method
from spondylo_mmpose.calibration.table import SpacingTable
from spondylo_mmpose.calibration.tags import DicomTags
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.cli import run_cli


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    methods = parser.add_subparsers(dest='method', required=True, metavar='METHOD')
    sub = methods.add_parser('dicom', help="the films' own DICOM tags")
    sub.add_argument(
        '--films', metavar='DIR', help='original DICOM files of a converted data set'
    )
    sub = methods.add_parser('table', help='a CSV or JSON table')
    sub.add_argument(
        'table', metavar='TABLE', help='file with names of films and spacings in mm'
    )
    sub.add_argument(
        '--original-size',
        action='store_true',
        help='its spacings are of the films before they were resized',
    )
    sub.add_argument(
        '--use-default',
        action='store_true',
        help="take the file's default for films that it does not name",
    )
    sub = methods.add_parser('distance', help='known distances between two points')
    sub.add_argument(
        '--table', metavar='CSV', help=f'with the columns {", ".join(COLUMNS)}'
    )
    sub.add_argument('--film', help='one film, with --line')
    sub.add_argument(
        '--line',
        nargs=5,
        type=float,
        action='append',
        metavar=('X1', 'Y1', 'X2', 'Y2', 'MM'),
        help='points in px of the stored image, and mm; may be given several times',
    )
    square = sub.add_mutually_exclusive_group()
    square.add_argument(
        '--square-pixels', action='store_true', help='stored pixels are square'
    )
    square.add_argument(
        '--square-original',
        action='store_true',
        help='pixels were square before the film was resized from its original size',
    )
    sub = methods.add_parser(
        'prior', help='an estimate from the usual size of vertebrae; never for metrics'
    )
    sub.add_argument(
        '--magnification',
        type=float,
        default=1.0,
        help='of the radiograph; 1 estimates mm in the patient (default: %(default)s)',
    )
    sub = methods.add_parser('clear', help='remove spacings')
    sub.add_argument(
        '--only', choices=(KNOWN, ESTIMATED), help='remove nothing but these'
    )
    for sub in methods.choices.values():
        sub.add_argument('root', metavar='ROOT', help='folder of the converted data')
        sub.add_argument(
            '--annotations',
            metavar='NAME',
            help='annotation set ROOT/annotations/NAME (default: ROOT/annotations)',
        )
        where = sub.add_mutually_exclusive_group(required=True)
        where.add_argument('--out', metavar='NAME', help='annotation set to write')
        where.add_argument(
            '--in-place', action='store_true', help='replace the files that are read'
        )
        sub.add_argument(
            '--force', action='store_true', help='replace spacings that are known'
        )
    return parser.parse_args()


def method_of(args: argparse.Namespace) -> Method | None:
    """The method that the arguments describe."""
    if args.method == 'dicom':
        return DicomTags(args.films)
    if args.method == 'table':
        return SpacingTable(args.table, args.original_size, args.use_default)
    if args.method == 'distance':
        return KnownDistances(
            distances_of(args), args.square_pixels, args.square_original
        )
    if args.method == 'prior':
        if not 0.5 <= args.magnification <= 2:
            raise SpondyloError('--magnification: a factor between 0.5 and 2')
        return AnatomicalPrior(args.magnification)
    return None


def distances_of(args: argparse.Namespace) -> dict[str, list[Distance]]:
    """Distances of a table, or of one film."""
    if args.table and not args.film and not args.line:
        return read_distances(args.table)
    if args.film and args.line and not args.table:
        lines = [Distance((a, b), (c, d), mm) for a, b, c, d, mm in args.line]
        return {args.film: lines}
    raise SpondyloError('give either --table, or --film and --line')


def main() -> None:
    """Calibrate and print how many films got what."""
    args = parse_args()
    only = getattr(args, 'only', None)
    method = method_of(args)
    report = calibrate(
        args.root,
        method,
        args.annotations,
        args.out,
        args.force,
        (only,) if only else (KNOWN, ESTIMATED),
    )
    print(report.summary())
    if isinstance(method, SpacingTable | KnownDistances) and method.unused():
        print(f'note: {method.unused()} names of the table are of no film')


if __name__ == '__main__':
    run_cli(main)
