#!/usr/bin/env python
"""Kill trainings at random moments; resumed, they must end like an undisturbed one."""

import argparse
import os
import tempfile
from pathlib import Path

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.utils.cli import run_cli
from spondylo_mmpose.utils.io import check_writable, write_json

RECIPE = Path(__file__).parents[2] / 'tests' / 'configs' / 'tiny.py'


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add('--config', type=Path, default=RECIPE, help="recipe (default: the tests' own)")
    add('--kills', type=int, default=20, help='how many (default: %(default)s)')
    add('--seed', type=int, default=0, help='of the moments (default: %(default)s)')
    add('--keep', type=Path, metavar='FOLDER', help='leave the runs in this new folder')
    add(
        '--out',
        type=Path,
        default=Path('work_dirs/benchmarks/kill_and_resume.json'),
        help='JSON to write (default: %(default)s)',
    )
    return parser.parse_args()


def main() -> None:
    """Kill, resume, compare, write."""
    args = parse_args()
    check_writable(args.out)
    from spondylo_mmpose.benchmarks.kill_and_resume import kill_and_resume
    from spondylo_mmpose.phantom.writer import write_phantoms

    with tempfile.TemporaryDirectory() as temporary:
        folder = (args.keep or Path(temporary)).resolve()
        data = folder / 'phantoms'
        write_phantoms(data, 6, seed=5, layout='coco', workers=1)
        os.environ['SPONDYLO_DATA'] = str(data)
        options = ['--no-pretrained', '--early-stop', '50']
        result = kill_and_resume(args.config, folder, args.kills, args.seed, options)
    write_json(args.out, result)
    print(
        f'{result["kills"]} kills in {result["runs"]} runs: each resume worked, and '
        'each run ended with the weights, optimiser, schedules, files and logs of an '
        'undisturbed one'
    )
    print(f'written: {args.out}')


if __name__ == '__main__':
    run_cli(main)
