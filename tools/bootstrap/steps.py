"""The steps from an empty folder to a proven environment."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from bootstrap import mmcv_ops
from bootstrap.interpreter import Interpreter
from bootstrap.process import Runner, SetupError, clean_environment
from bootstrap.state import INSTALLING, installing

_FACTS = """
import json, platform, sysconfig
from importlib.metadata import version
print(json.dumps({
    'torch': version('torch'),
    'python': '.'.join(platform.python_version_tuple()[:2]),
    'system': sysconfig.get_platform() + '-' + ''.join(platform.libc_ver()),
}))
"""
# Importing proves little: the ops are looked up when mmcv.ops loads, and called here.
PROOF = """
import torch
from mmcv.ops import nms
boxes = torch.tensor([[0, 0, 10, 10], [1, 1, 11, 11], [20, 20, 30, 30.]])
kept = nms(boxes, torch.tensor([0.9, 0.8, 0.7]), iou_threshold=0.5)[1].tolist()
assert kept == [0, 2], 'mmcv.ops.nms kept %s' % kept
"""
WHOLE = PROOF + 'import spondylo_mmpose, mmdet.apis, mmpose.apis\n'


def create(
    runner: Runner, python: Interpreter, venv: Path, environ: Mapping[str, str]
) -> None:
    """Make an empty environment; what was there before is removed."""
    if venv.is_symlink():
        venv.unlink()
    shutil.rmtree(venv, ignore_errors=True)
    venv.mkdir(parents=True)
    # No "with": a failure here leaves no pip, so the next run has to start over too.
    (venv / INSTALLING).touch()
    runner.run(
        f'making {venv.name} with Python {python.version} ({python.path})',
        [python.path, '-m', 'venv', str(venv)],
        clean_environment(environ),
    )
    (venv / INSTALLING).unlink()


def install(
    runner: Runner,
    root: Path,
    venv: Path,
    environ: Mapping[str, str],
    torch_index: str | None = None,
) -> str:
    """Install the pinned set, compile mmcv where needed, prove that all works.

    Args:
        runner: Runs the commands.
        root: The checkout.
        venv: An environment that runs.
        environ: The user's environment variables; pip's settings are honoured.
        torch_index: Package index for torch alone.

    Returns:
        ``major.minor`` of the environment's Python.

    Raises:
        SetupError: If a step fails.
    """
    env = clean_environment(environ, venv)
    python = str(venv / 'bin' / 'python')
    needs = root / 'requirements'
    pip = [python, '-m', 'pip', 'install', '--no-input']
    pinned = ['-c', str(needs / 'constraints.txt')]
    torch_file = ['-r', str(needs / 'torch.txt')]

    with installing(venv):
        build = ['-r', str(needs / 'build.txt')]
        if torch_index:
            # An index for torch alone has few other packages, and not these versions.
            common = ['filelock', 'fsspec', 'jinja2', 'networkx', 'sympy']
            runner.run('installing build tools', [*pip, *pinned, *build, *common], env)
            source = ['--index-url', torch_index, *torch_file]
            runner.run('installing torch from TORCH_INDEX', [*pip, *source], env)
        else:
            if not any(venv.glob('lib/python*/site-packages/torch')):
                runner.say(
                    'torch is a download of 200 MB; of several GB where the index has '
                    'only the CUDA build (docs/installation.md, "Fresh machine")'
                )
            step = 'installing torch and build tools'
            runner.run(step, [*pip, *pinned, *torch_file, *build], env)

    fixed = read_requirement(needs / 'mmcv.txt')
    facts = _facts(python, env)
    key = mmcv_ops.cache_key(
        fixed.partition('==')[2], facts['python'], facts['torch'], facts['system']
    )
    wheel, was_there = mmcv_ops.wheel_for(runner, venv, fixed, key, environ)
    if was_there:
        runner.say(f'mmcv was compiled before: {wheel}')

    with installing(venv):
        files = [*torch_file, '-r', str(needs / 'runtime.txt')]
        files += ['-r', str(needs / 'dev.txt')]
        runner.run('installing the pinned packages', [*pip, *pinned, *files], env)
        no_deps = [*pip, '--no-deps']
        ops = [*no_deps, '--force-reinstall', str(wheel)]
        runner.run('installing mmcv', ops, env)
        mmpose = ['-r', str(needs / 'no_deps.txt')]
        runner.run('installing mmpose', [*no_deps, *mmpose], env)
        editable = [*no_deps, '--no-build-isolation', '-e', str(root)]
        runner.run('installing spondylo_mmpose itself', editable, env)

    if was_there and not _ops_work(python, env):
        # Another machine may have filled a shared cache, or the wheel is damaged.
        runner.say('  the kept mmcv does not work here: it is compiled anew')
        wheel.unlink()
        wheel, _ = mmcv_ops.wheel_for(runner, venv, fixed, key, environ)
        with installing(venv):
            ops = [*no_deps, '--force-reinstall', str(wheel)]
            runner.run('installing mmcv', ops, env)
    prove(runner, python, env)
    return facts['python']


def prove(runner: Runner, python: str, env: Mapping[str, str]) -> None:
    """Call a compiled op and import the whole stack in an environment."""
    runner.run(
        'calling a compiled op, importing mmdet and mmpose', [python, '-c', WHOLE], env
    )


def _ops_work(python: str, env: Mapping[str, str]) -> bool:
    done = subprocess.run(
        [python, '-c', PROOF],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=dict(env),
        check=False,
    )
    return done.returncode == 0


def read_requirement(path: Path) -> str:
    """Read a file that holds one requirement and comments."""
    lines = path.read_text(encoding='utf-8').splitlines()
    found = [line.strip() for line in lines if line.strip() and line[0] != '#']
    if len(found) != 1 or '==' not in found[0]:
        raise SetupError(f'{path}: one line "name==version" is expected')
    return found[0]


def _facts(python: str, env: Mapping[str, str]) -> dict[str, str]:
    done = subprocess.run(
        [python, '-c', _FACTS],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env=dict(env),
        check=False,
    )
    if done.returncode:
        raise SetupError(
            f'{python} does not answer; remove .venv and run `make setup` again'
        )
    return json.loads(done.stdout.decode())
