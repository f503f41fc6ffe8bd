"""Finding a Python that the pinned packages support."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bootstrap.process import SetupError

# The order of preference; xtcocotools has wheels for these two alone.
SUPPORTED = ('3.11', '3.10')
_PROBE = """
import importlib.util, json, os, sys, sysconfig
include = sysconfig.get_path('include') or ''
print(json.dumps({
    'version': '%d.%d' % sys.version_info[:2],
    'venv': all(importlib.util.find_spec(n) for n in ('venv', 'ensurepip')),
    'headers': os.path.exists(os.path.join(include, 'Python.h')),
}))
"""


@dataclass(frozen=True)
class Interpreter:
    """What a candidate said about itself when it was run.

    Attributes:
        path: The program.
        version: ``major.minor``.
        venv: It can make virtual environments.
        headers: Its C headers are installed, so extensions compile.
    """

    path: str
    version: str
    venv: bool
    headers: bool


def probe(path: str) -> Interpreter | None:
    """Run a candidate and ask what it is; ``None`` when it does not run.

    A file named ``python3.10`` proves nothing: a version manager's shim exists even
    where the version is switched off.
    """
    try:
        answer = subprocess.run(
            [path, '-I', '-c', _PROBE],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=30,
            check=True,
        )
        return Interpreter(path=path, **json.loads(answer.stdout.decode()))
    except (OSError, subprocess.SubprocessError, ValueError, TypeError):
        return None


def candidates(environ: Mapping[str, str]) -> Iterator[str]:
    """Yield programs worth running, the preferred version first.

    Args:
        environ: Gives ``PATH``, ``PYENV_ROOT`` and ``HOME``.
    """
    folders = [folder for folder in environ.get('PATH', '').split(os.pathsep) if folder]
    home = Path(environ.get('HOME') or '/nonexistent')
    pyenv = Path(environ.get('PYENV_ROOT') or home / '.pyenv') / 'versions'
    for version in SUPPORTED:
        for folder in folders:
            program = Path(folder) / f'python{version}'
            if program.is_file():
                yield str(program)
        for program in sorted(pyenv.glob(f'{version}.*/bin/python')):
            yield str(program)
    for folder in folders:
        for name in ('python3', 'python'):
            program = Path(folder) / name
            if program.is_file():
                yield str(program)


def uv_python(environ: Mapping[str, str]) -> str | None:
    """Ask uv, when it is installed, for a Python, letting it fetch one."""
    uv = shutil.which('uv', path=environ.get('PATH', ''))
    if uv is None:
        return None
    version = SUPPORTED[0]
    for command in ('find', 'install', 'find'):
        done = subprocess.run(
            [uv, 'python', command, version],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environ),
            check=False,
        )
        if command == 'find' and done.returncode == 0:
            return done.stdout.decode().strip() or None
    return None


def choose(
    wanted: str | None,
    environ: Mapping[str, str],
    probe: Callable[[str], Interpreter | None] = probe,
    uv_python: Callable[[Mapping[str, str]], str | None] = uv_python,
) -> Interpreter:
    """Choose the interpreter of the environment.

    Args:
        wanted: The user's own choice (``PYTHON=``): a path or a name on ``PATH``.
        environ: The user's environment variables.
        probe: Runs a candidate.
        uv_python: Finds or fetches one through uv.

    Returns:
        One of the supported versions that can make environments; one with headers
        when there is any.

    Raises:
        SetupError: If there is none; the message says what to install.
    """
    if wanted:
        return _check_wanted(wanted, environ, probe)
    without_headers = None
    without_venv = None
    for path in candidates(environ):
        found = probe(path)
        if found is None or found.version not in SUPPORTED:
            continue
        if not found.venv:
            without_venv = without_venv or found
        elif found.headers:
            return found
        else:
            without_headers = without_headers or found
    path_of_uv = uv_python(environ)
    if path_of_uv:
        found = probe(path_of_uv)
        if found is not None and found.version in SUPPORTED and found.venv:
            return found
    if without_headers:
        return without_headers
    if without_venv:
        raise SetupError(
            f'{without_venv.path} lacks the modules venv and ensurepip; install them '
            f'(python{without_venv.version}-venv on Debian)'
        )
    raise SetupError(
        'no Python 3.11 or 3.10 found; install one (python3.11, python3.11-venv and '
        'python3.11-dev on Debian, or uv, which fetches it) or name it: '
        '`make setup PYTHON=/path/to/python3.11`'
    )


def _check_wanted(
    wanted: str,
    environ: Mapping[str, str],
    probe: Callable[[str], Interpreter | None],
) -> Interpreter:
    path = shutil.which(wanted, path=environ.get('PATH', '')) or wanted
    found = probe(path)
    if found is None:
        raise SetupError(f'PYTHON={wanted} does not run; name a Python 3.11 or 3.10')
    if found.version not in SUPPORTED:
        raise SetupError(
            f'PYTHON={wanted} is Python {found.version}; name a Python 3.11 or 3.10'
        )
    if not found.venv:
        raise SetupError(
            f'PYTHON={wanted} lacks the modules venv and ensurepip; install them '
            f'(python{found.version}-venv on Debian)'
        )
    return found
