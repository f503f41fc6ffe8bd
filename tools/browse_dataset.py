#!/usr/bin/env python
"""Show what the network sees: crops, corners and targets after the pipeline.

Ends with status 1 when a crop's corners do not come back to the labels.
"""

import argparse
from pathlib import Path

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.converters.coco import SPLITS
from spondylo_mmpose.utils.cli import run_cli


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    # Torch comes with this import; it must follow the settings of run_cli's module.
    from spondylo_mmpose.engine.cfg_options import CfgOptions

    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add('config', help='recipe, e.g. configs/rtmpose_s_spondylo.py')
    add(
        '--subset',
        choices=SPLITS,
        default='train',
        help='whose loader of the config is shown (default: %(default)s)',
    )
    add('--out', help='folder to write; work_dirs/browse/<config>_<subset>')
    add('--num', type=int, default=12, help='vertebrae (default: %(default)s)')
    add('--repeats', type=int, help='draws of each (train: 3, else 1)')
    add('--seed', type=int, default=0, help='of choice and augmentation (0)')
    add('--html', action='store_true', help='one page instead of pictures')
    add('--force', action='store_true', help='replace the folder if it is not empty')
    add(
        '--cfg-options',
        nargs='+',
        action=CfgOptions,
        metavar='NAME=VALUE',
        help='override settings of the config, e.g. data_root=data/spondylo',
    )
    return parser.parse_args()


def main() -> int:
    """Write the pictures and print the summary."""
    args = parse_args()
    from spondylo_mmpose.engine.launch import load_config
    from spondylo_mmpose.reporting.browse import browse

    name = f'{Path(args.config).stem}_{args.subset}'
    result = browse(
        load_config(args.config, args.cfg_options),
        args.out or Path('work_dirs') / 'browse' / name,
        subset=args.subset,
        number=args.num,
        repeats=args.repeats,
        seed=args.seed,
        as_html=args.html,
        force=args.force,
    )
    print('\n'.join(result.lines))
    return 1 if result.failed else 0


if __name__ == '__main__':
    run_cli(main)
