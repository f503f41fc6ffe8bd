#!/usr/bin/env python
"""Tell how useful phantoms are: train on each kind alone, measure on real films."""

import argparse
from pathlib import Path

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.phantom.traits import TRAITS
from spondylo_mmpose.utils.cli import run_cli
from spondylo_mmpose.utils.io import check_writable, write_json

RECIPE = Path(__file__).parents[2] / 'configs' / 'maht_net_topdown_t_spondylo.py'
PICTURED = (4, 6, 8)


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    from spondylo_mmpose.engine.cfg_options import CfgOptions

    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add('films', nargs='?', type=Path, help='converted real films; skipped without')
    add('--ann-file', default='annotations/all/train.json', help='(%(default)s)')
    add(
        '--also',
        nargs=2,
        metavar=('FOLDER', 'ANN_FILE'),
        help='further converted films, which the same networks are measured on',
    )
    add(
        '--sets',
        nargs='+',
        default=['plain', *TRAITS, 'all'],
        help='kinds of phantoms; traits are joined by + (default: %(default)s)',
    )
    add(
        '--seeds',
        type=int,
        nargs='+',
        default=[0, 1, 2],
        help='of training, one after another (default: %(default)s)',
    )
    add('--num', type=int, default=500, help='phantoms (default: %(default)s)')
    add(
        '--iterations',
        type=int,
        default=600,
        help='of a batch of the recipe (%(default)s)',
    )
    add(
        '--config',
        type=Path,
        default=RECIPE,
        help='recipe of crops or of whole films (%(default)s)',
    )
    add('--no-pretrained', action='store_true', help='start from random weights')
    add('--amp', action='store_true', help='train in mixed precision')
    add(
        '--cfg-options',
        nargs='+',
        action=CfgOptions,
        metavar='NAME=VALUE',
        default={},
        help='change settings of the recipe',
    )
    add('--threads', type=int, help='of torch (default: all processors)')
    add(
        '--out',
        type=Path,
        default=Path('work_dirs/benchmarks/phantom_usefulness.json'),
        help='JSON to write; what it holds is not measured again (%(default)s)',
    )
    add('--picture', type=Path, help='draw what the sets look like, and stop')
    return parser.parse_args()


def main() -> None:
    """Draw, train, measure, write, print."""
    args = parse_args()
    if args.picture is not None:
        from spondylo_mmpose.benchmarks.trait_picture import draw_picture

        draw_picture(args.picture, args.sets, PICTURED)
        print(f'written: {args.picture}')
        return
    if args.films is None:
        print('skipped: name a folder of converted real films')
        return
    check_writable(args.out)
    from spondylo_mmpose.benchmarks.phantom_usefulness import (
        draw_set,
        measure_sets,
        measured_before,
        table,
        traits_of,
        usefulness,
    )
    from spondylo_mmpose.utils.machine import (
        describe_machine,
        torch_threads,
        usable_cores,
    )

    settings = {
        'config': args.config.name,
        'num': args.num,
        'iterations': args.iterations,
        'amp': args.amp,
        'pretrained': not args.no_pretrained,
        'options': args.cfg_options,
        'also': args.also,
    }
    also = None if args.also is None else (Path(args.also[0]), args.also[1])
    rows = measured_before(args.out, settings)
    for name in args.sets:
        traits_of(name)  # a typing error is told before hours of training
    number = args.threads or usable_cores()
    machine = describe_machine() | {'threads': number}

    def run(name: str, seed: int) -> dict:
        root = draw_set(args.out.parent / 'phantoms', name, args.num, seed=11)
        films = (args.films, args.ann_file)
        return usefulness(
            args.config,
            root,
            films,
            args.iterations,
            seed,
            also=also,
            amp=args.amp,
            pretrained=not args.no_pretrained,
            options=args.cfg_options,
        )

    def keep(rows: list) -> None:
        write_json(args.out, {'settings': settings, 'machine': machine, 'rows': rows})

    with torch_threads(number):
        rows = measure_sets(args.sets, args.seeds, run, rows, keep)
    print(table(rows))
    if also is not None:
        print(f'\non {args.also[0]}:\n')
        print(table([row | row['also'] for row in rows]))
    print(f'written: {args.out}')


if __name__ == '__main__':
    run_cli(main)
