"""One of the project's tools in a process of its own, with its progress."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.experiments.folder_lock import held_by_child
from spondylo_mmpose.utils.cli import TERMINATED, reason_told

PATIENCE = 30.0
"""Seconds that an interrupted tool has to leave everything in order."""

REMINDERS = 4
"""An interruption may get lost: Python forgets one that comes while it forks."""

INTERVAL = 0.25
"""Seconds between two looks at a log."""

_PROGRESS = re.compile(r'Epoch\((train|test)\)\s*(?:\[(\d+)\])?\[\s*(\d+)/(\d+)\]')


@dataclass(frozen=True)
class Steps:
    """Runs tools.

    Attributes:
        tools: Folder of the tools.
        logs: Folder for what they print.
        lock: File descriptor that they hold the folder by; see :func:`.locked`.
    """

    tools: Path
    logs: Path
    lock: int

    def run(
        self,
        name: str,
        tool: str,
        arguments: Sequence[object],
        epochs: int | None = None,
    ) -> float:
        """Run a tool to its end.

        Ctrl-C is handed on to it once, and it is waited for; a second one kills it.

        Args:
            name: Of the step and its log.
            tool: File name of the tool.
            arguments: Its command line.
            epochs: Epochs of a training, for the progress.

        Returns:
            Seconds it took.

        Raises:
            SpondyloError: If it fails; the text is its reason.
            KeyboardInterrupt: If it was interrupted.
        """
        command = [sys.executable, '-W', 'ignore', str(self.tools / tool)]
        command += [str(argument) for argument in arguments]
        self.logs.mkdir(parents=True, exist_ok=True)
        log = self.logs / f'{name}.log'
        began = time.monotonic()
        with log.open('a', encoding='utf-8') as file:
            start = file.tell()
            # In a session of its own the terminal's Ctrl-C does not reach it twice. It
            # writes its log itself: a pipe would be its end if we are killed.
            process = subprocess.Popen(
                command,
                stdout=file,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                pass_fds=[self.lock],
                preexec_fn=held_by_child(self.lock),
            )
        try:
            reason = _follow(process, log, start, epochs)
        except BaseException as error:
            _stop(process, gently=isinstance(error, KeyboardInterrupt))
            raise
        finally:
            _kill_group(process)  # data workers outlive a training that was killed
        status = process.returncode
        if status == 130:
            raise KeyboardInterrupt
        if status:
            number = signal.SIGTERM if status == TERMINATED else -status
            if number > 0:
                reason = (
                    f'killed by {signal.Signals(number).name}, by somebody or by the '
                    'system for want of memory'
                )
            raise SpondyloError(f'{reason} (log: {log})')
        return time.monotonic() - began


def _follow(
    process: subprocess.Popen[bytes], log: Path, start: int, epochs: int | None
) -> str:
    """Wait for the end and show the progress; what tells a failure."""
    with tqdm(
        total=100,
        desc=log.stem,
        # None: on a terminal only.
        disable=None,
        leave=False,
        bar_format='  {desc} {percentage:3.0f}%|{bar}| {elapsed}<{remaining}',
    ) as bar:
        lines = _shown(bar, _lines(process, log, start), epochs)
        return reason_told(lines) or 'it said nothing'


def _shown(bar: tqdm, lines: Iterable[str], epochs: int | None) -> Iterator[str]:
    """The lines; what they tell of the progress goes to the bar."""
    for line in lines:
        share = progress(line, epochs)
        if share is not None:
            bar.n = 100 * share
            bar.refresh()
        yield line


def _lines(process: subprocess.Popen[bytes], log: Path, start: int) -> Iterator[str]:
    """Lines of a log while it grows, until the process has ended."""
    with log.open(encoding='utf-8', errors='replace') as file:
        file.seek(start)
        begun = ''
        while True:
            # Asked first: what it wrote before its end is read after.
            ended = process.poll() is not None
            while piece := file.readline():
                begun += piece
                if begun.endswith('\n'):
                    yield begun
                    begun = ''
            if ended:
                break
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=INTERVAL)
        if begun:
            yield begun


def progress(line: str, epochs: int | None) -> float | None:
    """How far a tool has come, read from a line of its log.

    Args:
        line: One line.
        epochs: Epochs of a training.

    Returns:
        Share from 0 to 1; ``None`` if the line tells nothing.
    """
    found = _PROGRESS.search(line)
    if not found:
        return None
    kind, epoch, done, of = found.groups()
    part = int(done) / max(1, int(of))
    if kind == 'test':
        return min(1.0, part)
    if not epochs or not epoch:
        return None
    return min(1.0, (int(epoch) - 1 + part) / epochs)


def _stop(process: subprocess.Popen[bytes], gently: bool) -> None:
    """Have a tool end; a second Ctrl-C means at once."""
    if not gently:
        return
    with suppress(KeyboardInterrupt, ProcessLookupError):
        for _ in range(REMINDERS):
            if process.poll() is not None:
                break
            os.killpg(process.pid, signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=PATIENCE)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """End a tool and all that it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
