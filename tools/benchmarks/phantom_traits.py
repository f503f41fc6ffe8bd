#!/usr/bin/env python
"""Measure what a model bears of what phantoms can show: metal, spurs, fractures, haze.

A set of phantoms is drawn plain and once more with each trait, and shown to the model.
Phantoms are no films: a number that falls is a warning, one that stays no all-clear.
"""

import argparse
from pathlib import Path

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.phantom.traits import TRAITS
from spondylo_mmpose.utils.cli import run_cli
from spondylo_mmpose.utils.io import check_writable, read_json, write_json

ANN_FILE = 'annotations/train.json'


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    from spondylo_mmpose.apis.predict_tool import add_model_options, add_run_options

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add(
        '--sets',
        nargs='+',
        default=['plain', *TRAITS],
        help='kinds of phantoms; traits are joined by + (default: %(default)s)',
    )
    add('--num', type=int, default=100, help='phantoms of each (default: %(default)s)')
    add('--seed', type=int, default=12, help='of the phantoms (default: %(default)s)')
    add(
        '--out',
        type=Path,
        default=Path('work_dirs/benchmarks/phantom_traits.json'),
        help='JSON to write (default: %(default)s)',
    )
    add_model_options(parser)
    add_run_options(parser.add_argument_group('the run'))
    return parser.parse_args()


def main() -> None:
    """Draw, show, measure, write, print."""
    args = parse_args()
    if not (args.model or args.checkpoint):
        print('skipped: name a trained model, see --help')
        return
    check_writable(args.out)
    from spondylo_mmpose.apis.predict_tool import build_inferencer
    from spondylo_mmpose.benchmarks.bearing import bear, labelled, summarise, table
    from spondylo_mmpose.benchmarks.broken_vertebrae import by_kind, kind_table
    from spondylo_mmpose.benchmarks.film_changes import CHANGES
    from spondylo_mmpose.benchmarks.phantom_usefulness import draw_set, traits_of

    for name in args.sets:
        traits_of(name)  # a typing error is told before the networks are loaded
    inferencer = build_inferencer(args)
    sets: dict[str, dict] = {}
    outcomes, fractures = [], {}
    for name in args.sets:
        root = draw_set(args.out.parent / 'phantoms', name, args.num, args.seed)
        shown = bear(
            labelled(root, ANN_FILE),
            inferencer.model,
            inferencer.screen,
            {name: CHANGES['as it is']},
            batch_size=args.batch_size,
            calibration=inferencer.calibration,
        )
        sets |= summarise(shown)
        if 'fractures' in traits_of(name):
            outcomes += [one.outcome for one in shown[name]]
            for film in read_json(root / 'truth.json')['films']:
                fractures[film['file'].removeprefix('images/')] = film['fractures']
    told = {'sets': sets}
    print(table(sets))
    if outcomes:
        told['vertebrae'] = by_kind(outcomes, fractures)
        print('\nvertebrae of phantoms with fractures:\n')
        print(kind_table(told['vertebrae']))
    write_json(args.out, told)
    print(f'written: {args.out}')


if __name__ == '__main__':
    run_cli(main)
