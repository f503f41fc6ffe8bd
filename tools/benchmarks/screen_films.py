#!/usr/bin/env python
"""Measure which pictures a screen refuses, flags and lets pass."""

import argparse
from pathlib import Path

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.cli import run_cli
from spondylo_mmpose.utils.io import check_writable, write_json


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    from spondylo_mmpose.apis.predict_tool import add_model_options, add_run_options

    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add(
        '--right',
        action='append',
        default=[],
        metavar='NAME=DIR',
        help='further lateral lumbar films',
    )
    add(
        '--other',
        action='append',
        default=[],
        metavar='NAME=DIR',
        help='further pictures that are none',
    )
    add(
        '--out',
        type=Path,
        default=Path('work_dirs/benchmarks/screen_films.json'),
        help='JSON to write (default: %(default)s)',
    )
    add_model_options(parser)
    add_run_options(parser.add_argument_group('the run'))
    return parser.parse_args()


def main() -> None:
    """Measure, write, print."""
    args = parse_args()
    if not (args.model or args.checkpoint):
        print('skipped: name a trained model, see --help')
        return
    check_writable(args.out)
    from spondylo_mmpose.apis.predict_tool import build_inferencer
    from spondylo_mmpose.benchmarks.film_sets import made_sets
    from spondylo_mmpose.benchmarks.screening import (
        folder_set,
        summarise,
        tables,
        time_screen,
        try_set,
    )
    from spondylo_mmpose.screening import SpineScreen
    from spondylo_mmpose.utils.machine import describe_machine

    sets = made_sets()
    for right, words in ((True, args.right), (False, args.other)):
        for word in words:
            name, _, folder = word.partition('=')
            if not folder:
                raise SpondyloError(f'{word}: write NAME=DIR')
            sets.append(folder_set(name, folder, right))
    inferencer = build_inferencer(args)
    screens = {'rules': SpineScreen()}
    if isinstance(inferencer.screen, SpineScreen) and inferencer.screen.digest:
        screens['learned'] = inferencer.screen
    tried = [try_set(one, inferencer.model, screens, args.batch_size) for one in sets]
    summary = summarise(tried)
    first = inferencer.model.find([next(sets[0].pictures())])[0]
    seconds = {name: time_screen(one, first) for name, one in screens.items()}
    write_json(
        args.out,
        {'machine': describe_machine(), 'seconds_per_film': seconds, **summary},
    )
    print(tables(summary))
    for name, value in seconds.items():
        print(f'{name}: {1e3 * value:.2f} ms a film beside the network')
    print(f'written: {args.out}')


if __name__ == '__main__':
    run_cli(main)
