"""Running a step: output to a log, a sign of life on the screen, one-line errors."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

HEARTBEAT_S = 30
# Variables of the caller that would lead pip or Python out of the environment.
_MISLEADING = (
    'PYTHONHOME',
    'PYTHONPATH',
    'PIP_TARGET',
    'PIP_PREFIX',
    'PIP_USER',
    'PIP_REQUIRE_VIRTUALENV',
)
_CAUSES = (
    (r'No space left on device', 'the disk is full; free about 3 GB'),
    (
        r'out of memory|cc1plus.*[Kk]illed|Killed signal|Cannot allocate memory',
        'memory ran out; compile fewer files at once with `make setup MAX_JOBS=1`',
    ),
    (
        r'name resolution|Name or service not known|Network is unreachable'
        r'|NewConnectionError|ConnectTimeout|Read timed out|Connection refused'
        r'|Connection reset|ProxyError|SSLError',
        'the package index cannot be reached; mend the network or '
        'pip\'s settings ("pip config list")',
    ),
    (
        r'No matching distribution found for (?P<what>\S+)',
        'the package index in use cannot be reached or offers no {what} for this '
        'Python; see "pip config list" for the index',
    ),
    (r'Permission denied', 'a file may not be written (permission denied)'),
    (
        r'Python\.h: No such file',
        'the headers of Python are missing; install them (python3.11-dev on Debian)',
    ),
)


class SetupError(Exception):
    """A fault that ends the set-up; its message is one line for the user."""


def explain(text: str) -> str:
    """Give the likely cause of a failure, in one line.

    Args:
        text: What the failed command printed.

    Returns:
        A known cause with its mend, otherwise the last line that says "error",
        otherwise the last line.
    """
    for pattern, cause in _CAUSES:
        match = re.search(pattern, text)
        if match:
            return cause.format(**match.groupdict())
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if re.search(r'\b[Ee]rror\b|ERROR', line)]
    return (errors or lines or ['it printed nothing'])[-1][:200]


def clean_environment(
    environ: Mapping[str, str], venv: Path | None = None
) -> dict[str, str]:
    """Copy the caller's environment without what leads pip elsewhere.

    Args:
        environ: The caller's variables; pip's index settings are kept.
        venv: Environment whose programs (ninja) shall be found first.
    """
    env = {key: value for key, value in environ.items() if key not in _MISLEADING}
    env['PYTHONNOUSERSITE'] = '1'
    env['PIP_DISABLE_PIP_VERSION_CHECK'] = '1'
    if venv is not None:
        env['VIRTUAL_ENV'] = str(venv)
        env['PATH'] = os.pathsep.join([str(venv / 'bin'), env.get('PATH', os.defpath)])
    return env


class Runner:
    """Runs the steps of the set-up, one log for all.

    Args:
        log: File that collects what the commands print.
        say: Shows a line to the user.
    """

    def __init__(self, log: Path, say: Callable[[str], None]) -> None:
        self.log = log
        self.say = say
        self.pass_fds: tuple[int, ...] = ()
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text('', encoding='utf-8')

    def run(
        self,
        step: str,
        command: Sequence[str],
        env: Mapping[str, str],
        cwd: Path | None = None,
        progress: Callable[[str], str] | None = None,
    ) -> float:
        """Run one command to its end.

        The command gets its own session, so that an interruption ends its children
        (ninja, compilers) too, and inherits the locks: should this process be killed
        outright, no second set-up starts beside the orphan.

        Args:
            step: What is done, for messages.
            command: Program and arguments.
            env: Its environment.
            cwd: Its working folder.
            progress: Turns the output so far into a few words for the sign of life.

        Returns:
            Seconds taken.

        Raises:
            SetupError: If the command cannot start or fails.
        """
        self.say(step)
        started = time.monotonic()
        with self.log.open('ab') as sink:
            sink.write(f'\n== {step}\n$ {" ".join(command)}\n'.encode())
            sink.flush()
            offset = sink.tell()
            try:
                process = subprocess.Popen(
                    list(command),
                    stdin=subprocess.DEVNULL,
                    stdout=sink,
                    stderr=subprocess.STDOUT,
                    env=dict(env),
                    cwd=cwd,
                    start_new_session=True,
                    pass_fds=self.pass_fds,
                )
            except OSError as error:
                raise SetupError(f'{step}: {command[0]}: {error.strerror}') from error
            try:
                self._wait(process, started, offset, progress)
            except BaseException:
                _end(process)
                raise
        if process.returncode:
            cause = explain(self._output(offset))
            raise SetupError(
                f'{step} failed: {cause}. Log: {self.log}. '
                'Then run `make setup` again; it continues where it stopped.'
            )
        seconds = time.monotonic() - started
        self.say(f'  done in {seconds:.0f} s')
        return seconds

    def _output(self, offset: int) -> str:
        with self.log.open('rb') as source:
            source.seek(offset)
            return source.read().decode('utf-8', 'replace')

    def _wait(
        self,
        process: subprocess.Popen[bytes],
        started: float,
        offset: int,
        progress: Callable[[str], str] | None,
    ) -> None:
        while True:
            try:
                process.wait(HEARTBEAT_S)
                return
            except subprocess.TimeoutExpired:
                seconds = time.monotonic() - started
                words = progress(self._output(offset)) if progress else ''
                self.say(f'  {seconds:4.0f} s  {words or "working"}')


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a command and everything it started."""
    for number, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 5)):
        try:
            os.killpg(process.pid, number)
            process.wait(patience)
            return
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
