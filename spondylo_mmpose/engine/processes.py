"""A training by several processes of this machine, which share the recipe's batch."""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import IO

import torch
from mmengine.config import Config
from mmengine.dist import get_world_size

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.cli import BUG, deaf_children, reason_told
from spondylo_mmpose.utils.machine import usable_cores

_LOOK = 0.1
_PATIENCE = 5.0
_TAIL = 4000


def check_processes(number: int, device: str) -> None:
    """Make sure that each process has a GPU of its own, if any has one.

    Args:
        number: Of processes.
        device: What ``--device`` says.

    Raises:
        SpondyloError: If there are too few.
    """
    found = torch.cuda.device_count() if device in ('auto', 'cuda') else 0
    if 0 < found < number:
        raise SpondyloError(
            f'--processes {number}: there are {found} GPUs, one for each process; '
            'give as many, or --device cpu'
        )


def check_started(number: int) -> None:
    """Make sure that as many processes train as will share the batch.

    Args:
        number: Of processes that are to share it.

    Raises:
        SpondyloError: If a launcher has started another number.
    """
    started = get_world_size()
    if started != number:
        raise SpondyloError(
            f'--processes {number}: {started} of them started; have the launcher '
            'start as many'
        )


def share_batch(config: Config, number: int) -> None:
    """Have each of so many processes take its part of the recipe's batch.

    Args:
        config: Changed in place.
        number: Of processes.

    Raises:
        SpondyloError: If the batch cannot be divided.
    """
    whole = config.train_dataloader.batch_size
    if whole % number:
        raise SpondyloError(
            f'--processes {number}: cannot share a batch of {whole}; choose a divisor '
            'of it, or another train_dataloader.batch_size with --cfg-options'
        )
    config.train_dataloader.batch_size = whole // number


def run_processes(number: int, command: Sequence[str]) -> int:
    """Run a command in several processes that find each other as torchrun's do.

    The first one speaks. Interrupted, all are asked to end in order, and waited for.

    Args:
        number: Of processes.
        command: Of each.

    Returns:
        Exit status: 0, or that of the first process, which has told why.

    Raises:
        SpondyloError: If another than the first failed; the text is what it said last.
        KeyboardInterrupt: After they have ended.
    """
    shared = os.environ | {
        'MASTER_ADDR': '127.0.0.1',
        'MASTER_PORT': str(_free_port()),
        'WORLD_SIZE': str(number),
        'LOCAL_WORLD_SIZE': str(number),
    }
    shared.setdefault('OMP_NUM_THREADS', str(max(1, usable_cores() // number)))
    with ExitStack() as stack:
        said: list[IO[bytes]] = []
        started: list[subprocess.Popen[bytes]] = []
        try:
            # A terminal's Ctrl-C is ours; to them it comes as a SIGTERM, once.
            with deaf_children():
                for rank in range(number):
                    said.append(stack.enter_context(tempfile.TemporaryFile()))
                    started.append(
                        subprocess.Popen(
                            command,
                            env=shared | {'RANK': str(rank), 'LOCAL_RANK': str(rank)},
                            stdin=subprocess.DEVNULL,
                            stdout=said[rank] if rank else None,
                            stderr=said[rank] if rank else None,
                        )
                    )
            failed = _failed(started)
        finally:
            _end(started)
        if not failed:
            return 0
        # One that loses another has a fault of a kind too, which is not the reason.
        first = min(failed, key=lambda rank: (started[rank].returncode == BUG, rank))
        status = started[first].returncode
        if first:
            raise SpondyloError(
                f'process {first + 1} of {number} ended with status {status}: '
                f'{_reason(said[first])}'
            )
    # As shells tell that a signal ended a process.
    return status if status > 0 else 128 - status


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(('127.0.0.1', 0))
        return int(one.getsockname()[1])


def _failed(processes: Sequence[subprocess.Popen[bytes]]) -> list[int]:
    """Wait until all have ended well, or some have not: these.

    What is wrong with a recipe or its data fails all, one a little after another.
    """
    until = float('inf')
    while True:
        statuses = [process.poll() for process in processes]
        failed = [rank for rank, status in enumerate(statuses) if status]
        if None not in statuses or time.monotonic() > until:
            return failed
        if failed:
            until = min(until, time.monotonic() + _PATIENCE)
        time.sleep(_LOOK)


def _end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask those that still run to end, and wait until they have tidied up."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        while process.returncode is None:
            try:
                process.wait()
            except KeyboardInterrupt:
                # Asked again while they tidy up: at once.
                process.kill()


def _reason(stream: IO[bytes]) -> str:
    stream.seek(0, os.SEEK_END)
    stream.seek(max(0, stream.tell() - _TAIL))
    text = stream.read().decode(errors='replace')
    return reason_told(text.splitlines()) or 'it said nothing'
