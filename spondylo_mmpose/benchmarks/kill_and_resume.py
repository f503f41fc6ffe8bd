"""Whether a training that is killed again and again ends like one that is not."""

import argparse
import csv
import hashlib
import multiprocessing
import os
import random
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import torch

from spondylo_mmpose.engine.checkpoint import load_checkpoint_file
from spondylo_mmpose.engine.run_folder import TRAINING_RECORD, epochs_saved
from spondylo_mmpose.errors import SpondyloError

_PRELOAD = (
    'spondylo_mmpose.engine.training',
    'spondylo_mmpose.engine.training_options',
    'mmpose.datasets',
    'mmpose.models',
    'mmpose.visualization',
)
_STATE = (
    'state_dict',
    'ema_state_dict',
    'optimizer',
    'param_schedulers',
    'spondylo_scores',
    'spondylo_early_stopping',
)
_CLOCK = ('time', 'data_time', 'memory')


@dataclass(frozen=True)
class Kill:
    """When a training is killed (signal 9), it and its workers.

    Attributes:
        seconds: This long after its start, or
        operation: before the file operation of this number in its folder: opening for
            writing, renaming, removing.
    """

    seconds: float | None = None
    operation: int | None = None


def train(
    config: str | Path,
    folder: Path,
    options: Sequence[str] = (),
    kill: Kill | None = None,
    resume: bool = False,
) -> int | None:
    """Train in a process of its own.

    It starts by forking a process that has imported everything already, which saves
    the seconds that Python and torch take; what is killed is a whole process.

    Args:
        config: Recipe.
        folder: Work directory.
        options: Further options of ``tools/train.py``.
        kill: When to kill it.
        resume: Whether it goes on with what lies in ``folder``.

    Returns:
        Its exit status, negative for a signal.
    """
    arguments = [str(config), *options, '--work-dir', str(folder)]
    arguments += ['--resume'] if resume else []
    context = multiprocessing.get_context('forkserver')
    context.set_forkserver_preload(list(_PRELOAD))
    log = folder.with_suffix('.log')
    operation = kill.operation if kill else None
    # The process that is forked may have been started with another environment.
    process = context.Process(
        target=_train, args=(arguments, log, folder, operation, dict(os.environ))
    )
    process.start()
    if kill and kill.seconds is not None:
        process.join(kill.seconds)
        if process.exitcode is None:
            _kill_group(process)
    process.join()
    return process.exitcode


def count_operations(folder: Path) -> int:
    """Number of file operations of the training that :func:`train` ran last there."""
    return int(_counter(folder).read_text())


def final_state(folder: Path) -> dict[str, Any]:
    """What two runs that are equal have in common.

    Args:
        folder: Work directory of a run that is over.

    Returns:
        Names of the checkpoints; SHA-256 of the parts of the last one, weights,
        optimiser, schedules and the rest, and of the best weights; rows of the logs,
        without what a clock measures.
    """
    last = load_checkpoint_file(folder / f'epoch_{epochs_saved(folder)[-1]}.pth')
    best = next(iter(folder.glob('best_*.pth')), None)
    return {
        'files': sorted(path.name for path in folder.glob('*.pth')),
        **{part: digest(last.get(part)) for part in _STATE},
        'best': best and digest(load_checkpoint_file(best)['state_dict']),
        **{name: _rows(folder / f'{name}.csv') for name in ('train', 'val')},
    }


def digest(value: Any) -> str:
    """SHA-256 of a nested value of tensors and plain types, bit by bit."""
    sha = hashlib.sha256()
    for piece in _pieces(value):
        sha.update(piece)
    return sha.hexdigest()


def kill_and_resume(
    config: str | Path,
    folder: Path,
    kills: int,
    seed: int = 0,
    options: Sequence[str] = (),
) -> dict[str, Any]:
    """Kill trainings at random moments, resume them and compare how they end.

    Args:
        config: Recipe that trains in seconds.
        folder: Empty folder for the runs.
        kills: How many kills to make; every other at a random time, the rest before a
            random file operation, where harm is likeliest.
        seed: Of the moments.
        options: Options of ``tools/train.py`` for every start.

    Returns:
        ``kills``, ``runs`` that they were dealt to, ``seconds`` of an undisturbed run,
        and ``moments``: how many checkpoints lay there at each.

    Raises:
        SpondyloError: If a run cannot be resumed or ends differently.
    """
    options = [*options, '--deterministic']
    reference = folder / 'reference'
    began = time.monotonic()
    _check(train(config, reference, options), reference)
    seconds, operations = time.monotonic() - began, count_operations(reference)
    expected = final_state(reference)
    chance = random.Random(seed)
    done, runs, moments = 0, 0, []
    while done < kills:
        runs += 1
        run, resume = folder / f'run_{runs}', False
        while True:
            kill = None
            if done < kills:
                kill = (
                    Kill(seconds=chance.uniform(0, seconds))
                    if done % 2
                    else Kill(operation=chance.randint(1, operations))
                )
            status = train(config, run, options, kill, resume)
            if status != -signal.SIGKILL:
                _check(status, run)
                break
            done += 1
            moments.append(len(epochs_saved(run)))
            # Killed before it had begun, there is nothing to resume.
            resume = (run / TRAINING_RECORD).is_file() or bool(epochs_saved(run))
            print(
                f'kill {done}: {kill}, {moments[-1]} checkpoints lay there', flush=True
            )
        found = final_state(run)
        different = [part for part in expected if found[part] != expected[part]]
        if different:
            raise SpondyloError(
                f'{run}: killed and resumed it differs from {reference} in '
                f'{", ".join(different)}'
            )
        print(f'run {runs} ends like the undisturbed one', flush=True)
    return {'kills': done, 'runs': runs, 'seconds': seconds, 'moments': moments}


def _check(status: int | None, folder: Path) -> None:
    if status != 0:
        lines = folder.with_suffix('.log').read_text().strip().splitlines()
        last = lines[-1] if lines else 'it printed nothing'
        raise SpondyloError(f'{folder}: training ended with status {status}: {last}')


def _kill_group(process: ForkServerProcess) -> None:
    try:
        os.killpg(process.pid or 0, signal.SIGKILL)
    except ProcessLookupError:  # It has not made a group yet, or is over.
        process.kill()


def _counter(folder: Path) -> Path:
    return folder.with_suffix('.operations')


def _train(
    arguments: list[str],
    log: Path,
    folder: Path,
    operation: int | None,
    environment: dict[str, str],
) -> None:
    """Be ``tools/train.py``."""
    os.setsid()
    os.environ.update(environment)
    with log.open('a') as stream:
        os.dup2(stream.fileno(), 1)
        os.dup2(stream.fileno(), 2)
    torch.set_num_threads(1)
    counted = _watch(folder, operation)
    from spondylo_mmpose.engine.options import add_run_options
    from spondylo_mmpose.engine.training import run_training
    from spondylo_mmpose.engine.training_options import add_training_options
    from spondylo_mmpose.utils.cli import run_cli

    parser = argparse.ArgumentParser()
    parser.add_argument('config')
    add_training_options(parser)
    add_run_options(parser)
    sys.argv = ['train.py', *arguments]
    args = parser.parse_args(arguments)
    run_cli(lambda: print('\n'.join(run_training(args)), counted(), sep='\n'))


def _watch(folder: Path, operation: int | None) -> Any:
    """Count file operations of this process in a folder, and die before one of them.

    Returns:
        Function that writes down the count.
    """
    inside, count, pid = f'{folder}/', 0, os.getpid()

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal count
        if event not in ('open', 'os.rename', 'os.remove') or os.getpid() != pid:
            return
        path, mode = str(arguments[0]), arguments[1]
        if event == 'open' and not (isinstance(mode, str) and set(mode) & set('wax+')):
            return
        if not path.startswith(inside):
            return
        count += 1
        if count == operation:
            os.killpg(pid, signal.SIGKILL)

    sys.addaudithook(audit)
    return lambda: _counter(folder).write_text(str(count))


def _pieces(value: Any) -> Iterator[bytes]:
    if isinstance(value, torch.Tensor):
        yield f'{value.dtype}{tuple(value.shape)}'.encode()
        yield (
            value.detach()
            .cpu()
            .contiguous()
            .reshape(-1)
            .view(torch.uint8)
            .numpy()
            .tobytes()
        )
    elif isinstance(value, dict):
        for key in sorted(value, key=str):
            yield str(key).encode()
            yield from _pieces(value[key])
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _pieces(item)
    else:
        yield repr(value).encode()


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(newline='') as stream:
        rows = list(csv.DictReader(stream))
    return [{k: v for k, v in row.items() if k not in _CLOCK} for row in rows]
