#!/usr/bin/env python3
"""Build the project's environment in .venv; safe to run again and to interrupt.

Needs nothing but a Python from 3.8 on to start; `make setup` calls it.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from bootstrap import steps
from bootstrap.interpreter import choose
from bootstrap.mmcv_ops import check_before
from bootstrap.process import Runner, SetupError, clean_environment
from bootstrap.state import Stamp, decide, digest_of, inspect, locked, write_stamp

ROOT = Path(__file__).resolve().parent.parent


def say(line: str) -> None:
    """Show a line at once."""
    print(line, flush=True)


def described_by(root: Path) -> list[Path]:
    """The files whose change calls for a new set-up."""
    files = [root / 'setup.py', *(root / 'requirements').glob('*.txt')]
    return files + list((root / 'tools' / 'bootstrap').glob('*.py'))


def set_up(root: Path, wanted: str | None, torch_index: str | None) -> None:
    """Bring ``.venv`` to the state that the requirement files describe.

    Args:
        root: The checkout.
        wanted: Interpreter the user asks for.
        torch_index: Package index for torch alone.

    Raises:
        SetupError: If a step fails.
    """
    venv = root / '.venv'
    digest = digest_of(described_by(root))
    python = choose(wanted, os.environ) if wanted else None

    def action() -> str:
        version = python.version if python else None
        return decide(inspect(venv), digest, str(root), version)

    if action() == 'ready':
        say('.venv is ready')
        return
    started = time.monotonic()
    build = root / 'build'

    def waiting() -> None:
        say('another set-up of this checkout is running; waiting for it')

    with locked(build / 'setup.lock', waiting) as descriptor:
        todo = action()
        if todo == 'ready':
            say('.venv is ready')
            return
        runner = Runner(build / 'setup.log', say)
        runner.pass_fds = (descriptor,)
        say(f'setting up .venv; the log is {runner.log}')
        if todo in ('create', 'rebuild'):
            if todo == 'rebuild':
                say('the .venv that is there is unfinished or does not fit: new start')
            python = python or choose(None, os.environ)
            check_before(python, os.environ)
            steps.create(runner, python, venv, os.environ)
        version = steps.install(runner, root, venv, os.environ, torch_index)
        write_stamp(venv, Stamp(digest, str(root), version))
    say(f'.venv is ready after {time.monotonic() - started:.0f} s; next: make demo')


def check(root: Path, python: str) -> None:
    """Prove that an environment made by hand can run the project."""
    runner = Runner(root / 'build' / 'setup.log', say)
    env = clean_environment(os.environ)
    env['PYTHONPATH'] = str(root)
    steps.prove(runner, python, env)
    say(f'{python} can run spondylo_mmpose')


def _stop(number: int, frame: Any) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Parse the arguments and run the set-up; every fault is one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--python', help='Python 3.11 or 3.10 to build with')
    parser.add_argument('--torch-index', help='package index for torch alone')
    parser.add_argument(
        '--check', metavar='PYTHON', help='only prove that this environment works'
    )
    arguments = parser.parse_args()
    # As for Ctrl-C: end the compilers too, not only this process.
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGHUP, _stop)
    try:
        if arguments.check:
            check(ROOT, arguments.check)
        else:
            set_up(ROOT, arguments.python, arguments.torch_index)
    except SetupError as error:
        print(f'error: {error}', file=sys.stderr)
        return 2
    except OSError as error:
        print(f'error: {error}', file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print('interrupted; `make setup` continues from here', file=sys.stderr)
        return 130
    return 0


if __name__ == '__main__':
    sys.exit(main())
