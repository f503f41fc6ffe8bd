"""Runs tools in processes of their own, forked from one that is ready."""

import contextlib
import io
import json
import os
import pickle
import re
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SERVER = ROOT / 'tests' / 'tool_server.py'
LIBRARIES = (
    'spondylo_mmpose',  # Its hooks mend the others, so it is the first in tools too.
    'scipy.optimize',
    'scipy.spatial',
    'scipy.stats',
    'matplotlib.figure',
    'mmcv.ops',
    'mmengine.runner',
    'mmdet.models',
    'mmpose.datasets',
    'mmpose.models',
    'mmpose.evaluation',
    'mmpose.visualization',
)
# Forks are safe while there is one thread; OpenMP starts others.
DEFAULTS = {
    'OMP_NUM_THREADS': '1',
    'MKL_NUM_THREADS': '1',
    'OMP_WAIT_POLICY': 'PASSIVE',
}
# What the interpreter or a library reads when it starts.
EARLY = re.compile(
    'PYTHON|OMP_|KMP_|GOMP_|MKL_|OPENBLAS_|CUDA_|TORCH|PYTORCH|MPL|OPENCV_|LD_|LANG'
    '|LC_|TZ$|HOME$|XDG_'
)
Done = subprocess.CompletedProcess


class ToolRunner:
    """Runs tools: what the fixture ``run_tool`` gives.

    Called, it lets the server of ``tests/tool_server.py`` fork. Some things only an
    interpreter of its own shows, by :meth:`fresh`: that a tool imports all that it
    needs, what is said while libraries are imported, another order of sets. Variables
    of the environment that are read at that time lead there by themselves.
    """

    def __init__(self) -> None:
        self.server: ToolServer | None = None

    def __call__(
        self, name: str, *arguments: object, timeout: float = 600, **environment: str
    ) -> Done:
        """Run a tool in a process of its own.

        Args:
            name: File in ``tools/``, or a whole path.
            *arguments: Its command line.
            timeout: Seconds after which it and its children are killed.
            **environment: Variables beside those of this process.

        Raises:
            subprocess.TimeoutExpired: If it took longer.
        """
        self.server = self.server or ToolServer()
        whole = {**os.environ, **environment}
        if not self.server.can_stand_for(whole):
            return self.fresh(name, *arguments, timeout=timeout, **environment)
        return self.server.run(_command(name, arguments), whole, timeout)

    @staticmethod
    def fresh(
        name: str, *arguments: object, timeout: float = 600, **environment: str
    ) -> Done:
        """Run a tool as a user does, by an interpreter that has imported nothing."""
        return subprocess.run(
            [sys.executable, *_command(name, arguments)],
            capture_output=True,
            text=True,
            timeout=timeout,
            cwd=ROOT,
            env={**os.environ, **environment},
        )

    def in_processes(
        self, function: Callable[..., None], arguments: tuple[object, ...], number: int
    ) -> None:
        """Call ``function(rank, *arguments)`` in several processes at once.

        ``torch.multiprocessing.spawn`` does so too, but imports everything in each.

        Args:
            function: Of a test module, by its name.
            arguments: What can be pickled.
            number: Of processes.
        """
        job = pickle.dumps((function, arguments, number)).hex()
        done = self(str(ROOT / 'tests' / 'in_processes.py'), job)
        assert done.returncode == 0, done.stdout + done.stderr

    def close(self) -> None:
        """End the server."""
        if self.server:
            self.server.close()


def _command(name: str, arguments: tuple[object, ...]) -> list[str]:
    return [str(ROOT / 'tools' / name), *map(str, arguments)]


class ToolServer:
    """The end of the server that asks it; it is started, and closed, with this.

    Args:
        libraries: Modules that it imports.

    Raises:
        RuntimeError: If it ends by itself, with what it said.
    """

    def __init__(self, libraries: Sequence[str] = LIBRARIES) -> None:
        self._early = _early(os.environ)
        self.channel, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, str(SERVER), str(theirs.fileno()), *libraries],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                cwd=ROOT,
                env={**os.environ, **self._early},
            )
        self._heard()

    def can_stand_for(self, environment: Mapping[str, str]) -> bool:
        """Whether the libraries were imported as this environment would have it."""
        return _early(environment) == self._early

    def run(
        self, command: list[str], environment: Mapping[str, str], timeout: float
    ) -> Done:
        """Do as ``subprocess.run`` does, but on a timeout kill the children too.

        Args:
            command: Script and arguments.
            environment: All variables.
            timeout: Seconds.
        """
        job = {'command': command, 'environment': dict(environment)}
        args = [sys.executable, *command]
        with contextlib.ExitStack() as stack:
            pipes = [os.pipe(), os.pipe()]
            ends = [write for _, write in pipes]
            streams = [stack.enter_context(os.fdopen(r, 'rb', 0)) for r, _ in pipes]
            socket.send_fds(self.channel, [json.dumps(job).encode()], ends)
            for end in ends:
                os.close(end)
            said = [bytearray(), bytearray()]
            status = None
            try:
                status = self._listen(streams, said, time.monotonic() + timeout)
            finally:
                self.channel.send(b'kill' if status is None else b'done')
                while self._heard() != b'over':
                    pass
        out, errors = map(_text, said)
        if status is None:
            raise subprocess.TimeoutExpired(args, timeout, out, errors)
        return Done(args, status, out, errors)

    def _listen(
        self, streams: list[Any], said: list[bytearray], deadline: float
    ) -> int | None:
        """Collect what it says until all is said; its status, None if it is late."""
        status = None
        with selectors.DefaultSelector() as selector:
            for source in (*streams, self.channel):
                selector.register(source, selectors.EVENT_READ)
            while selector.get_map():
                events = selector.select(max(0, deadline - time.monotonic()))
                if not events:
                    return None
                for source in (key.fileobj for key, _ in events):
                    if source is self.channel:
                        status = int(self._heard())
                        selector.unregister(source)
                    elif block := source.read(1 << 16):
                        said[streams.index(source)] += block
                    else:
                        selector.unregister(source)
        return status

    def _heard(self) -> bytes:
        message = self.channel.recv(16)
        if not message:
            told = self.process.communicate()[0]
            raise RuntimeError(f'the server of tools has ended:\n{told}')
        return message

    def close(self) -> str:
        """End it.

        Returns:
            What it and the libraries have said.
        """
        self.channel.close()
        return self.process.communicate(timeout=60)[0]


def _early(environment: Mapping[str, str]) -> dict[str, str]:
    given = {name: text for name, text in environment.items() if EARLY.match(name)}
    return {**DEFAULTS, **given}


def _text(said: bytearray) -> str:
    # As a stream of text: with the machine's encoding, and \r\n and \r as \n.
    return io.TextIOWrapper(io.BytesIO(said)).read()
