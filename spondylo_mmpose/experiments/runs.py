"""The runs that trainings left below a folder."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from spondylo_mmpose.engine.hooks.training_record_hook import FORMAT
from spondylo_mmpose.engine.run_folder import SMOKE, TRAINING_RECORD
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.experiments.folder_lock import is_locked
from spondylo_mmpose.utils.io import read_json

RUNNING, KILLED = 'running', 'killed'

QUIET_HOURS = 6.0
"""A training that wrote nothing for so long was killed: it logs every few steps."""


@dataclass(frozen=True)
class Run:
    """A run's folder and what its training told of itself.

    Attributes:
        folder: Written by ``tools/train.py``.
        config: Name of the recipe's file without suffix.
        began: Seconds since 1970.
        status: Of ``training.json``; :data:`KILLED` where it says ``running`` but
            nothing was written for :data:`QUIET_HOURS`.
        smoke: Whether it is a mere trial.
        epochs: Epochs trained.
        best: Metric, value and epoch of the best checkpoint, as text.
        size: Bytes on the disk, links not followed.
        checkpoints: Names of its checkpoints.
    """

    folder: Path
    config: str
    began: float
    status: str
    smoke: bool
    epochs: int
    best: str
    size: int
    checkpoints: tuple[str, ...]


def find_runs(root: str | Path, now: float | None = None) -> list[Run]:
    """Find the runs below a folder, those of one config together, the newest first.

    Args:
        root: Looked through to any depth; symbolic links below it are not followed.
        now: Seconds since 1970; the present by default.

    Raises:
        SpondyloError: If there is no such folder.
    """
    root = Path(root)
    if not root.is_dir():
        raise SpondyloError(f'{root}: no such folder; name one that holds runs')
    now = time.time() if now is None else now
    found = []
    for folder, _, names in os.walk(root):
        if TRAINING_RECORD in names:
            run = read_run(Path(folder), now)
            if run is not None:
                found.append(run)
    return sorted(found, key=lambda run: (run.config, -run.began, str(run.folder)))


def read_run(folder: Path, now: float) -> Run | None:
    """Read one run.

    Returns:
        ``None`` for a folder that no training wrote.
    """
    path = folder / TRAINING_RECORD
    if folder.is_symlink() or path.is_symlink() or not path.is_file():
        return None
    try:
        record = read_json(path)
        if record['format'] != FORMAT:
            return None
        start = record['starts'][0]
        began = datetime.fromisoformat(start['time']).timestamp()
        name = Path(record['config']['name']).stem
        status = str(record['status'])
        result: dict[str, Any] = record['result']
        smoke = folder.name.endswith(SMOKE) or '--smoke' in str(start['command'])
        epochs = int(result.get('epochs', 0))
        best = best_text(result['best']) if result.get('best') else '-'
    except (SpondyloError, AttributeError, IndexError, KeyError, TypeError, ValueError):
        return None
    size, newest = _measure(folder)
    if in_use(folder):
        status = RUNNING
    elif status == RUNNING and now - newest > QUIET_HOURS * 3600:
        status = KILLED
    checkpoints = sorted(path.name for path in folder.glob('*.pth') if path.is_file())
    return Run(
        folder, name, began, status, smoke, epochs, best, size, tuple(checkpoints)
    )


def in_use(folder: Path) -> bool:
    """Whether a series is at work around a folder."""
    resolved = folder.resolve()
    return any(is_locked(parent) for parent in (resolved, *resolved.parents[:2]))


def best_text(best: dict[str, Any]) -> str:
    """Metric, value and epoch of the best checkpoint."""
    return f'{best["metric"]} {float(best["value"]):.4g} in epoch {int(best["epoch"])}'


def _measure(folder: Path) -> tuple[int, float]:
    """Bytes of all files, and the time of the last change."""
    size, newest, seen = 0, 0.0, set()
    for path in _files(folder):
        try:
            facts = path.lstat()
        except OSError:
            continue  # just removed by a training
        newest = max(newest, facts.st_mtime)
        # Links of one file count once.
        if (facts.st_dev, facts.st_ino) not in seen:
            seen.add((facts.st_dev, facts.st_ino))
            size += facts.st_size
    return size, newest


def _files(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        for name in names:
            yield Path(place) / name
