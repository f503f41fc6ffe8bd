#!/usr/bin/env python
"""Measure what a model bears: borders, screenshots, stretched and turned films, noise.

Each labelled film is shown as it is and as each change leaves it. With ``--folds N`` a
``{fold}`` in file names is 0 to N - 1, so that each film comes to a model that did not
learn from it.
"""

import argparse
from copy import copy
from pathlib import Path

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.cli import run_cli
from spondylo_mmpose.utils.io import check_writable, write_json

FOLD = '{fold}'


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    from spondylo_mmpose.apis.predict_tool import add_model_options, add_run_options

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('films', nargs='?', type=Path, help='converted films; skipped without')
    add('--ann-file', default='annotations/val.json', help='(%(default)s)')
    add(
        '--folds',
        type=int,
        default=1,
        help='models, one after the other (default: %(default)s)',
    )
    add(
        '--out',
        type=Path,
        default=Path('work_dirs/benchmarks/changed_films.json'),
        help='JSON to write (default: %(default)s)',
    )
    add('--picture', type=Path, help='draw what the changes look like, and stop')
    add_model_options(parser)
    add_run_options(parser.add_argument_group('the run'))
    return parser.parse_args()


def of_fold(args: argparse.Namespace, fold: int) -> argparse.Namespace:
    """The command line of one fold."""
    told = copy(args)
    for name in ('ann_file', 'model', 'config', 'checkpoint', 'calibration', 'screen'):
        value = getattr(args, name)
        if value is not None:
            setattr(told, name, value.replace(FOLD, str(fold)))
    if args.detector:
        told.detector = [word.replace(FOLD, str(fold)) for word in args.detector]
    return told


def main() -> None:
    """Show, measure, write, print."""
    args = parse_args()
    if args.picture is not None:
        from spondylo_mmpose.benchmarks.change_picture import draw_changes

        draw_changes(args.picture)
        print(f'written: {args.picture}')
        return
    if args.films is None or not (args.model or args.checkpoint):
        print('skipped: name converted films and a trained model, see --help')
        return
    if args.folds < 1 or (args.folds > 1 and FOLD not in args.ann_file):
        raise SpondyloError(
            f'--folds {args.folds}: is to be 1 or more, and with several --ann-file '
            f'has a {FOLD} in its name, so that no film is counted twice'
        )
    check_writable(args.out)
    from spondylo_mmpose.apis.predict_tool import build_inferencer
    from spondylo_mmpose.benchmarks.bearing import bear, labelled, summarise, table
    from spondylo_mmpose.benchmarks.film_changes import CHANGES

    borne: dict[str, list] = {name: [] for name in CHANGES}
    for fold in range(args.folds):
        told = of_fold(args, fold)
        films = labelled(args.films, told.ann_file)
        inferencer = build_inferencer(told)
        of_fold_borne = bear(
            films,
            inferencer.model,
            inferencer.screen,
            batch_size=args.batch_size,
            calibration=inferencer.calibration,
        )
        for name, of_films in of_fold_borne.items():
            borne[name] += of_films
    summary = summarise(borne)
    write_json(args.out, summary)
    print(table(summary))
    print(f'written: {args.out}')


if __name__ == '__main__':
    run_cli(main)
