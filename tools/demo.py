#!/usr/bin/env python
"""The whole way on phantoms, and on real films where they are: convert to report."""

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.cli import run_cli

TOOLS = Path(__file__).parent
REAL_FILMS = 'mendeley_lateral6'
RECIPE = TOOLS.parent / 'configs' / 'demo' / 'hrnet_w16.py'
BOTH_RECIPE = TOOLS.parent / 'configs' / 'demo' / 'hrnet_w16_both_splits.py'
CONTINUED_RECIPE = TOOLS.parent / 'configs' / 'demo' / 'hrnet_w16_continued.py'


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        '--out',
        type=Path,
        default=Path('work_dirs/demo'),
        help='folder to write (default: %(default)s)',
    )
    parser.add_argument(
        '--num', type=int, default=160, help='number of phantoms (default: %(default)s)'
    )
    parser.add_argument(
        '--epochs',
        type=int,
        help="epochs of training on phantoms (default: the recipe's)",
    )
    parser.add_argument(
        '--real-data',
        type=Path,
        metavar='FOLDER',
        help='folder that holds real films in mendeley_lateral6/',
    )
    return parser.parse_args()


class Steps:
    """Runs the project's own tools one after another.

    Args:
        logs: Folder for the logs of the tools that write much.
    """

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.start = time.monotonic()

    def run(self, title: str, tool: str, *arguments: object, quiet: str = '') -> None:
        """Run a tool.

        Args:
            title: What the step does.
            tool: File name in ``tools/``.
            *arguments: Its command line.
            quiet: When given, show only lines that hold this text; a log has all.

        Raises:
            SpondyloError: If the tool fails.
        """
        command = [sys.executable, '-W', 'ignore', str(TOOLS / tool)]
        command += [str(argument) for argument in arguments]
        shown = ' '.join(['python', f'tools/{tool}', *command[4:]])
        elapsed = time.monotonic() - self.start
        print(f'\n[{elapsed:4.0f} s] {title}\n  $ {shown}', flush=True)
        if not quiet:
            # The tool has the terminal to itself and can show its progress.
            if subprocess.run(command).returncode:
                raise SpondyloError(f'{tool} failed; it says why above')
            return
        self.logs.mkdir(parents=True, exist_ok=True)
        log = self.logs / f'{len(list(self.logs.iterdir())):02d}_{Path(tool).stem}.log'
        tail = ''
        with (
            log.open('w') as file,
            subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            ) as process,
        ):
            for line in process.stdout or ():
                file.write(line)
                tail = line.strip() or tail
                if quiet in line:
                    print(f'  {line.strip()[:160]}', flush=True)
        if process.returncode:
            raise SpondyloError(f'{tool} failed: {tail} (whole log: {log})')


def empty_folder(out: Path) -> None:
    """Make the demo's folder, replacing the one of an earlier demo but no other.

    Raises:
        SpondyloError: If the folder holds something else.
    """
    mark = out / '.spondylo_demo'
    if out.exists() and any(out.iterdir()) and not mark.is_file():
        raise SpondyloError(
            f'{out}: exists and is no earlier demo; choose another --out'
        )
    try:
        if out.exists():
            shutil.rmtree(out)
        out.mkdir(parents=True)
        mark.touch()
    except OSError as error:
        raise SpondyloError(f'{out}: cannot be written ({error.strerror})') from error


def main() -> None:
    """Run the demo."""
    args = parse_args()
    out: Path = args.out
    if args.real_data and not (args.real_data / REAL_FILMS).is_dir():
        raise SpondyloError(
            f'{args.real_data}: holds no folder {REAL_FILMS}; name the folder that '
            'does, or leave SPONDYLO_REAL_DATA unset'
        )
    empty_folder(out)
    steps = Steps(out / 'logs')
    # Its data sets are made anew and have no split but their own.
    os.environ.pop('SPONDYLO_SPLIT', None)
    # The second recipe joins phantoms and real films.
    os.environ['SPONDYLO_PHANTOMS'] = str(out / 'phantoms')
    root = f'data_root={out / "phantoms"}'
    epochs = ['--cfg-options', root]
    if args.epochs:
        epochs += [
            f'train_cfg.max_epochs={args.epochs}',
            f'param_scheduler.1.T_max={args.epochs}',
            f'param_scheduler.1.end={args.epochs}',
        ]
    steps.run(
        'Phantoms: synthetic films in the layout of the public data set',
        'make_phantoms.py', out / 'raw', '--num', args.num, '--seed', 0,
    )  # fmt: skip
    steps.run(
        'Conversion to COCO keypoints',
        'convert_dataset.py', 'mendeley', out / 'raw', out / 'phantoms',
    )  # fmt: skip
    steps.run(
        'A second, small set with the faults of real data planted in it',
        'make_phantoms.py', out / 'faulty', '--num', 16, '--seed', 1, '--faults',
    )  # fmt: skip
    steps.run(
        'Its conversion: every fault is counted',
        'convert_dataset.py', 'mendeley', out / 'faulty', out / 'faulty_converted',
    )  # fmt: skip
    run = out / 'phantom_run'
    steps.run(
        'Training of the small model from random weights',
        'train.py', RECIPE, '--amp', '--no-pretrained', '--work-dir', run, *epochs,
        quiet='Epoch(',
    )  # fmt: skip
    best = newest(run, 'best_*.pth')
    steps.run(
        'Test on phantoms that were not trained on',
        'test.py', RECIPE, best, '--work-dir', run, '--cfg-options', root,
        '--dump', run / 'predictions.pkl', '--out', run / 'metrics.json',
        quiet='Epoch(test)',
    )  # fmt: skip
    runs = [(run, 'Phantoms: films not trained on')]
    if args.real_data:
        runs += real_films(steps, args.real_data, out, best)
    sections = [item for _, text in runs for item in ('--section', text)]
    steps.run(
        'Report',
        'report.py', *[folder for folder, _ in runs], *sections,
        '--title', 'spondylo_mmpose demo', '--out', out / 'report.html',
    )  # fmt: skip
    print(f'\nDone in {time.monotonic() - steps.start:.0f} s. Open the report:')
    print((out / 'report.html').resolve())


def real_films(
    steps: Steps, real_data: Path, out: Path, checkpoint: Path
) -> list[tuple[Path, str]]:
    """Convert, test on, train on and test again on real films.

    Returns:
        Run folders and their section titles.
    """
    root = f'data_root={out / "real"}'
    steps.run(
        'Real films: conversion',
        'convert_dataset.py', 'mendeley', real_data / REAL_FILMS, out / 'real',
    )  # fmt: skip
    unseen = out / 'real_unseen'
    steps.run(
        'Real films, both splits: the model trained on phantoms alone',
        'test.py', BOTH_RECIPE, checkpoint, '--work-dir', unseen, '--cfg-options', root,
        '--dump', unseen / 'predictions.pkl', '--out', unseen / 'metrics.json',
        quiet='Epoch(test)',
    )  # fmt: skip
    unseen_text = (
        'Real films, model trained on phantoms alone: no real film was trained on. A '
        'handful of films: differences of a px may be chance. The mean shape beside '
        'the model is taken from the labels of the train split of these very films.'
    )
    run = out / 'real_run'
    steps.run(
        'Real films: training goes on with phantoms and the real train split',
        'train.py', CONTINUED_RECIPE, '--amp', '--work-dir', run, '--no-pretrained',
        '--cfg-options', root, f'load_from={checkpoint}', quiet='Epoch(',
    )  # fmt: skip
    steps.run(
        'Real films, val split: after that training',
        'test.py', CONTINUED_RECIPE, newest(run, 'epoch_*.pth'), '--work-dir', run,
        '--cfg-options', root,
        '--dump', run / 'predictions.pkl', '--out', run / 'metrics.json',
        quiet='Epoch(test)',
    )  # fmt: skip
    text = (
        'Real films, val split, after training on the real train split too: these '
        'films were not trained on, nor used to choose the epoch.'
    )
    return [(unseen, unseen_text), (run, text)]


def newest(run: Path, pattern: str) -> Path:
    """Newest checkpoint of a run whose name fits the pattern."""
    found = sorted(run.glob(pattern), key=lambda path: path.stat().st_mtime)
    if not found:
        raise SpondyloError(f'{run}: holds no {pattern}; training wrote none')
    return found[-1]


if __name__ == '__main__':
    run_cli(main)
