#!/usr/bin/env python
"""List the models: recipes with their size, and weights and results that are there."""

import argparse
import json
import sys
from contextlib import redirect_stdout
from pathlib import Path

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.utils.cli import run_cli

ROOT = Path(__file__).resolve().parent.parent


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        'configs',
        nargs='*',
        type=Path,
        help='recipes (default: all in configs/); building all takes half a minute',
    )
    parser.add_argument(
        '--work-dirs',
        default='work_dirs',
        metavar='DIR',
        help='where runs are (default: %(default)s)',
    )
    parser.add_argument(
        '--published', metavar='DIR', help='where tools/publish.py wrote'
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument('--json', action='store_true', help='print JSON')
    form.add_argument(
        '--markdown', action='store_true', help='print Markdown (default)'
    )
    form.add_argument(
        '--metafiles',
        action='store_true',
        help='write model-index.yml and configs/metafiles instead',
    )
    args = parser.parse_args()
    if args.metafiles and args.configs:
        parser.error('--metafiles is about all recipes; name none')
    return args


def main() -> None:
    """List."""
    args = parse_args()
    # Torch comes with this import; it must follow the settings of run_cli's module.
    from tqdm import tqdm

    from spondylo_mmpose.engine.recipe import find_recipes
    from spondylo_mmpose.utils.io import nan_to_none
    from spondylo_mmpose.zoo import listing, metafiles

    recipes = args.configs or find_recipes(ROOT / 'configs')
    # mmengine tells on stdout of environment variables that it puts in.
    with (
        redirect_stdout(sys.stderr),
        tqdm(recipes, unit='recipe', file=sys.stderr, leave=False) as bar,
    ):
        models, faults = listing.list_models(
            bar, args.work_dirs, args.published, bar.set_postfix_str
        )
    for fault in faults:
        print(f'passed over: {fault}', file=sys.stderr)
    if args.metafiles:
        for path in metafiles.write_metafiles(ROOT, models):
            print(f'written: {path}')
    elif args.json:
        print(json.dumps(nan_to_none(listing.as_json(models)), indent=1))
    else:
        print(listing.as_table(models).to_markdown(), end='')


if __name__ == '__main__':
    run_cli(main)
