#!/usr/bin/env python
"""Measure films a second from picture to report, memory, and the command's start."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.utils.cli import run_cli
from spondylo_mmpose.utils.io import check_writable, write_json

if TYPE_CHECKING:
    from spondylo_mmpose.apis.model_files import ModelFiles

CONFIGS = Path(__file__).parents[2] / 'configs'
FINDER = str(CONFIGS / 'maht_net_t_spondylo.py')
RANDOM = (FINDER, f'{CONFIGS / "maht_net_topdown_t_spondylo.py"},{FINDER}')


def model_files(text: str) -> 'ModelFiles':
    """Read ``CONFIG[=CHECKPOINT][,DETECTOR[=CHECKPOINT]]`` or a model's name."""
    from spondylo_mmpose.apis.model_files import ModelFiles
    from spondylo_mmpose.apis.named_models import find_model

    words, _, finder = text.partition(',')
    path, _, weights = words.partition('=')
    if not path.endswith('.py'):
        return find_model(text)
    detector = model_files(finder) if finder else None
    return ModelFiles(path, weights, detector=detector)


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add(
        'models',
        nargs='*',
        metavar='CONFIG[=CHECKPOINT][,DETECTOR[=CHECKPOINT]]',
        help='or the name or folder of published weights; weights are random without a '
        'checkpoint (default: the shipped models, or else MAHT-Net t alone and as the '
        'finder of MAHT-Net t on crops, with random weights)',
    )
    add('--films', type=int, default=20, help='phantoms (default: %(default)s)')
    add('--batch-size', type=int, default=4, help='films (default: %(default)s)')
    add('--starts', type=int, default=3, help='of the command (default: %(default)s)')
    add('--compile', action='store_true', help='with torch.compile too; needs a C++')
    add(
        '--out',
        type=Path,
        default=Path('work_dirs/benchmarks/film_speed.json'),
        help='JSON to write (default: %(default)s)',
    )
    return parser.parse_args()


def main() -> None:
    """Measure, write, print."""
    args = parse_args()
    check_writable(args.out)
    from spondylo_mmpose.apis.named_models import known_models
    from spondylo_mmpose.benchmarks.film_speed import measure_film_speed
    from spondylo_mmpose.benchmarks.speed_tables import film_speed
    from spondylo_mmpose.utils.machine import describe_machine, usable_cores

    names = args.models or [str(path) for path in known_models().values()] or RANDOM
    machine = describe_machine()
    result = measure_film_speed(
        [model_files(name) for name in names],
        args.films,
        usable_cores(),
        args.batch_size,
        args.starts,
        args.compile,
    )
    result = {'machine': machine, **result}
    write_json(args.out, result)
    print('\n'.join(film_speed(result)))
    print(f'written: {args.out}')


if __name__ == '__main__':
    run_cli(main)
