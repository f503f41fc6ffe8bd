"""Work in a process of its own, so that its memory and its start are its own too."""

import contextlib
import json
import os
import re
import resource
import runpy
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.cli import reason_told
from spondylo_mmpose.utils.io import read_json


@dataclass(frozen=True)
class Done:
    """What a process has done.

    Attributes:
        value: What the function returned, as JSON has it.
        seconds: From its start to its end, Python's own start included.
        peak_mib: The most memory that it held at a time, MiB.
    """

    value: Any
    seconds: float
    peak_mib: float


def in_fresh_process(
    function: str, arguments: Mapping[str, Any], **environment: str
) -> Done:
    """Call a function in a new interpreter.

    Args:
        function: ``module:name``; it gets the arguments as keywords and returns what
            JSON knows.
        arguments: What JSON knows.
        **environment: Variables beside those of this process.

    Raises:
        SpondyloError: If the process fails, with its last line.
    """
    with tempfile.TemporaryDirectory() as folder:
        asked, told = Path(folder) / 'asked.json', Path(folder) / 'told.json'
        asked.write_text(json.dumps(dict(arguments)))
        start = time.perf_counter()
        done = subprocess.run(
            [
                *(sys.executable, '-W', 'ignore', '-m', __name__),
                *(function, str(asked), str(told)),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        seconds = time.perf_counter() - start
        if done.returncode or not told.is_file():
            raise SpondyloError(f'{function}: {last_line(done.stderr)}')
        answer = read_json(told)
    return Done(answer['value'], seconds, answer['peak_mib'])


def run_script(path: str, words: Sequence[str]) -> int:
    """Be a tool: run its file as Python would.

    Args:
        path: The file.
        words: Its command line.

    Returns:
        Its exit status: 0, or 1, which is a verdict of some tools.

    Raises:
        SystemExit: As the tool does, if it failed.
    """
    sys.argv = [path, *words]
    try:
        runpy.run_path(path, run_name='__main__')
    except SystemExit as end:
        if end.code not in (None, 0, 1):
            raise
        return int(end.code or 0)
    return 0


def peak_mib() -> float:
    """The most memory that this process has held at a time, MiB.

    Linux counts for :func:`resource.getrusage` what the parent held when it started
    this process; what ``/proc`` tells begins with the program.
    """
    with contextlib.suppress(OSError, TypeError):
        text = Path('/proc/self/status').read_text()
        return int(re.search(r'VmHWM:\s*(\d+) kB', text)[1]) / 1024  # type: ignore[index]
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == 'darwin' else 2**10)


def last_line(text: str) -> str:
    """What went wrong, from what a process has said."""
    return reason_told(text.splitlines()) or 'ended without a word'


def main(function: str, asked: str, told: str) -> None:
    """Be the process: call the function and leave what it returned.

    Args:
        function: ``module:name``.
        asked: File of its arguments.
        told: File to write.
    """
    module, _, name = function.partition(':')
    value = getattr(import_module(module), name)(**json.loads(Path(asked).read_text()))
    answer = {'value': value, 'peak_mib': peak_mib()}
    Path(told).write_text(json.dumps(answer))


if __name__ == '__main__':
    main(*sys.argv[1:])
