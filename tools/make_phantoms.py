"""Make synthetic lateral lumbar radiographs with exact truth."""

import argparse

from spondylo_mmpose.phantom.traits import TRAITS
from spondylo_mmpose.phantom.writer import LAYOUTS, write_phantoms
from spondylo_mmpose.utils.cli import run_cli


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add('out', metavar='OUT', help='folder to write')
    add('--num', type=int, default=100, help='labelled films (default: %(default)s)')
    add('--seed', type=int, default=0, help='seed of the set (default: %(default)s)')
    add(
        '--layout',
        choices=LAYOUTS,
        default='mendeley',
        help='raw files as published, or COCO keypoints (default: %(default)s)',
    )
    add('--faults', action='store_true', help='add films with faults of real files')
    add('--spacing', action='store_true', help='tell the pixel spacing in mm')
    add(
        '--all-levels',
        action='store_true',
        help='label every vertebra that the film shows, not as few as readers do',
    )
    add(
        '--traits',
        nargs='+',
        choices=TRAITS,
        default=(),
        help='traits of real films to draw too: rounded corners, soft contours, a '
        'hidden sacrum, mottled bone, double contours, large spurs, a chalky aorta, '
        'metal, compression fractures (default: none)',
    )
    add(
        '--trait-share',
        type=float,
        default=1.0,
        help='probability of each of them on each film (default: %(default)s)',
    )
    add(
        '--val-share',
        type=float,
        default=0.2,
        help='share of validation films (default: %(default)s)',
    )
    add('--force', action='store_true', help='replace OUT if it is not empty')
    add('--workers', type=int, help='processes (default: all processors)')
    return parser.parse_args()


def main() -> None:
    """Write the films and say where."""
    args = parse_args()
    summary = write_phantoms(
        args.out,
        args.num,
        args.seed,
        args.layout,
        faults=args.faults,
        with_spacing=args.spacing,
        all_levels=args.all_levels,
        traits=args.traits,
        trait_share=args.trait_share,
        val_share=args.val_share,
        force=args.force,
        workers=args.workers,
    )
    print(summary.line())


if __name__ == '__main__':
    run_cli(main)
