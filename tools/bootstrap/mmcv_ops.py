"""mmcv with its compiled ops: built once a machine, kept in the user's cache."""

from __future__ import annotations

import os
import re
import shutil
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from bootstrap.interpreter import Interpreter
from bootstrap.process import Runner, SetupError, clean_environment
from bootstrap.state import locked

_COUNT = re.compile(r'^\[(\d+)/(\d+)\]', re.MULTILINE)
_MEMORY_PER_JOB = 2 * 1024**3


def cache_folder(environ: Mapping[str, str]) -> Path:
    """The folder of the user's cache that belongs to this project."""
    home = environ.get('HOME') or '~'
    base = (
        environ.get('SPONDYLO_CACHE')
        or environ.get('XDG_CACHE_HOME')
        or str(Path(home) / '.cache')
    )
    return Path(base).expanduser().resolve() / 'spondylo_mmpose'


def cache_key(mmcv: str, python: str, torch: str, system: str) -> str:
    """Name what a compiled wheel fits, safe as a folder's name.

    Args:
        mmcv: Its version.
        python: ``major.minor``.
        torch: Version with its local part: ``2.13.0+cpu`` and ``2.13.0+cu130`` are
            different libraries to link with.
        system: Platform and C library, as in ``linux-x86_64-glibc2.36``.
    """
    key = f'mmcv{mmcv}-cp{python.replace(".", "")}-torch{torch}-{system}-cpu'
    return re.sub(r'[^A-Za-z0-9.+_-]', '_', key)


def has_ops(wheel: Path) -> bool:
    """Whether a file is a whole wheel that holds the compiled extension."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False
    return any(re.fullmatch(r'mmcv/_ext[^/]*\.so', name) for name in names)


def cached_wheel(folder: Path) -> Path | None:
    """The finished wheel of a key's folder, if it is there and whole."""
    return next((path for path in sorted(folder.glob('*.whl')) if has_ops(path)), None)


def jobs(environ: Mapping[str, str], cores: int, free_memory: int) -> int:
    """How many files to compile at once: one a core, two GiB for each."""
    wanted = environ.get('MAX_JOBS', '')
    if wanted.isdigit() and int(wanted) > 0:
        return int(wanted)
    return max(1, min(cores, free_memory // _MEMORY_PER_JOB))


def progress(output: str) -> str:
    """Say how far ninja has come, from what it printed."""
    counts = _COUNT.findall(output)
    if not counts:
        return 'preparing'
    done, total = counts[-1]
    return f'compiled {done} of {total} files'


def check_compiler(environ: Mapping[str, str]) -> None:
    """Make sure that there is a C++ compiler.

    Raises:
        SetupError: If there is none; the message says what to install.
    """
    compiler = environ.get('CXX') or 'c++'
    if shutil.which(compiler.split()[0], path=environ.get('PATH', '')) is None:
        raise SetupError(
            'no C++ compiler found, and mmcv has to be compiled; install one '
            '(g++ on Debian) and run `make setup` again'
        )


def check_before(python: Interpreter, environ: Mapping[str, str]) -> None:
    """Miss what compiling needs before torch is downloaded, not after.

    A wheel kept for this Python may make it unnecessary; which one fits is known only
    once torch is installed.

    Raises:
        SetupError: If no wheel is kept, and the compiler or Python's headers are
            missing.
    """
    kept = cache_folder(environ) / 'wheels'
    if any(kept.glob(f'*-cp{python.version.replace(".", "")}-*/*.whl')):
        return
    check_compiler(environ)
    if not python.headers:
        raise SetupError(
            f'the C headers of {python.path} are missing, and mmcv has to be compiled; '
            f'install them (python{python.version}-dev on Debian) and run `make setup` '
            'again'
        )


def wheel_for(
    runner: Runner, venv: Path, requirement: str, key: str, environ: Mapping[str, str]
) -> tuple[Path, bool]:
    """Take the wheel from the cache or compile it, continuing an earlier attempt.

    Args:
        runner: Runs the commands.
        venv: Environment with torch and the build tools.
        requirement: ``mmcv==<version>``.
        key: What the wheel has to fit (:func:`cache_key`).
        environ: The user's environment variables.

    Returns:
        The wheel, and whether it was there already.

    Raises:
        SetupError: If it cannot be fetched or compiled.
    """
    cache = cache_folder(environ)
    wheels = cache / 'wheels' / key
    found = cached_wheel(wheels)
    if found:
        return found, True
    with locked(
        cache / f'{key}.lock',
        lambda: runner.say('another set-up is compiling the same wheel; waiting'),
    ) as descriptor:
        found = cached_wheel(wheels)
        if found:
            return found, True
        held = runner.pass_fds
        runner.pass_fds = (*held, descriptor)
        try:
            return _compile(runner, venv, requirement, cache, key, environ), False
        finally:
            runner.pass_fds = held


def _compile(
    runner: Runner,
    venv: Path,
    requirement: str,
    cache: Path,
    key: str,
    environ: Mapping[str, str],
) -> Path:
    check_compiler(environ)
    work = cache / 'build' / key
    env = clean_environment(environ, venv)
    python = str(venv / 'bin' / 'python')
    count = jobs(environ, _cores(), _free_memory())
    env.update(
        # Debug symbols take a third of the time and most of the size.
        CFLAGS=f'{environ.get("CFLAGS", "")} -g0'.strip(),
        # mmcv turns to CUDA wherever torch sees a device.
        CUDA_VISIBLE_DEVICES='',
        FORCE_CUDA='0',
        MMCV_WITH_OPS='1',
        MAX_JOBS=str(count),
    )
    source = _source(runner, python, requirement, work, env)
    compiled = sum(1 for _ in source.glob('build/temp*/**/*.o'))
    if compiled:
        runner.say(f'an earlier compile is continued: {compiled} files are done')
    dist = work / 'dist'
    shutil.rmtree(dist, ignore_errors=True)
    runner.run(
        f'compiling the ops of {requirement} with {count} jobs; once a machine, '
        '6 to 9 minutes on two cores',
        [python, 'setup.py', 'bdist_wheel', '--dist-dir', str(dist)],
        env,
        cwd=source,
        progress=progress,
    )
    built = cached_wheel(dist)
    if built is None:
        raise SetupError(
            f'the compiled mmcv has no ops in it. Log: {runner.log}. Remove {work} '
            'and run `make setup` again.'
        )
    target = cache / 'wheels' / key / built.name
    target.parent.mkdir(parents=True, exist_ok=True)
    # Same file system, hence whole or absent.
    built.replace(target)
    shutil.rmtree(work, ignore_errors=True)
    runner.say(f'  kept as {target}')
    return target


def _source(
    runner: Runner, python: str, requirement: str, work: Path, env: Mapping[str, str]
) -> Path:
    """Fetch and unpack the source, or find it as an earlier attempt left it."""
    source = work / requirement.replace('==', '-')
    if source.is_dir():
        return source
    part = work / 'part'
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    download = [python, '-m', 'pip', 'download', '--no-deps', '--no-binary', 'mmcv']
    # In an isolated build there is no torch, and mmcv silently leaves out the ops.
    download += ['--no-build-isolation', '--dest', str(part), requirement]
    runner.run(f'fetching the source of {requirement}', download, env)
    try:
        with tarfile.open(next(part.glob('*.tar.gz'))) as archive:
            if hasattr(tarfile, 'data_filter'):
                archive.extractall(part, filter='data')
            else:
                archive.extractall(part)
        (part / source.name).replace(source)
    except (OSError, StopIteration, tarfile.TarError) as error:
        raise SetupError(f'{part}: the source cannot be unpacked: {error}') from error
    shutil.rmtree(part, ignore_errors=True)
    return source


def _cores() -> int:
    if hasattr(os, 'sched_getaffinity'):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _free_memory() -> int:
    try:
        text = Path('/proc/meminfo').read_text(encoding='ascii')
        return int(re.findall(r'MemAvailable:\s+(\d+) kB', text)[0]) * 1024
    except (OSError, IndexError):
        return _MEMORY_PER_JOB
