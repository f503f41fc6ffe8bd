"""Which runs may go, and how they go: whole, or their checkpoints alone."""

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spondylo_mmpose.engine.run_folder import TRAINING_RECORD, epochs_saved
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.experiments.runs import KILLED, RUNNING, Run, read_run
from spondylo_mmpose.experiments.series import FINISHED, training_of

FAILED = ('failed', KILLED)
DAY = 86_400.0


@dataclass(frozen=True)
class Criteria:
    """What is asked to go; a run must meet all that are given.

    Attributes:
        older_than: Days since it began.
        failed: Only those that failed or were killed.
        smoke: Only mere trials.
        keep: Spare that many of each config: the newest that came to their end, and
            what is newer than these.
    """

    older_than: float | None = None
    failed: bool = False
    smoke: bool = False
    keep: int | None = None

    @property
    def given(self) -> bool:
        """Whether anything is asked."""
        return self.failed or self.smoke or (self.older_than, self.keep) != (None, None)


def choose(runs: Sequence[Run], criteria: Criteria, now: float) -> list[Run]:
    """Choose the runs that may go.

    Args:
        runs: All runs, in the order of :func:`.find_runs`.
        criteria: What is asked; nothing chooses nothing.
        now: Seconds since 1970.

    Returns:
        Those chosen. One that is running never is.
    """
    spared = _spared(runs, criteria.keep) if criteria.keep is not None else set()
    return [
        run
        for run in runs
        if criteria.given
        and run.status != RUNNING
        and run.folder not in spared
        and (criteria.older_than is None or now - run.began > criteria.older_than * DAY)
        and (not criteria.failed or run.status in FAILED)
        and (not criteria.smoke or run.smoke)
    ]


def _spared(runs: Sequence[Run], keep: int) -> set[Path]:
    spared: set[Path] = set()
    # Trials are no substitute for trainings, so they are counted apart.
    for kind in {(run.config, run.smoke) for run in runs}:
        same = [run for run in runs if (run.config, run.smoke) == kind]
        ends = 0
        for run in sorted(same, key=lambda one: -one.began):
            if ends == keep:
                break
            spared.add(run.folder)
            ends += run.status in FINISHED
    return spared


def superfluous(folder: Path) -> list[Path]:
    """Checkpoints of a run that are there only to resume it.

    Args:
        folder: Of the run.

    Returns:
        ``epoch_*.pth``, but for the last one of a run that did not come to its end or
        has no best checkpoint. Best checkpoints are never among them.
    """
    saved = [folder / f'epoch_{epoch}.pth' for epoch in epochs_saved(folder)]
    finished = training_of(folder).get('status') in FINISHED
    has_best = any(path.is_file() for path in folder.glob('best_*.pth'))
    if not has_best or not finished:
        saved = saved[:-1]
    return [path for path in saved if path.is_file() and not path.is_symlink()]


def drop_checkpoints(folder: Path) -> int:
    """Remove :func:`superfluous` checkpoints.

    Returns:
        Bytes that became free.
    """
    freed = 0
    for path in superfluous(folder):
        freed += path.stat().st_size
        path.unlink()
    return freed


def remove_run(run: Run, root: Path) -> None:
    """Remove a run, after one more look at it.

    It is renamed first, so that no half of it is ever taken for a run.

    Args:
        run: To remove.
        root: Folder that it must lie in.

    Raises:
        SpondyloError: If it may not go.
    """
    folder = run.folder.resolve()
    check_removable(run, root)
    check_idle(run)
    hidden = folder.with_name(f'.{folder.name}.removed')
    try:
        folder.replace(hidden)
        shutil.rmtree(hidden)
    except OSError as error:
        raise SpondyloError(
            f'{error.filename or folder}: cannot be removed ({error.strerror})'
        ) from error


def check_idle(run: Run) -> None:
    """Look once more whether a run is running.

    Raises:
        SpondyloError: If it is, or is no run any more.
    """
    now = read_run(run.folder, time.time())
    if now is None or now.status == RUNNING:
        raise SpondyloError(f'{run.folder}: is running, or is no run any more')


def check_removable(run: Run, root: Path) -> None:
    """Refuse a run whose folder holds what is not its own.

    Raises:
        SpondyloError: If it lies elsewhere, is the folder we work in, or holds other
            runs.
    """
    folder = run.folder.resolve()
    if not folder.is_relative_to(root.resolve()) or run.folder.is_symlink():
        raise SpondyloError(f'{run.folder}: does not lie in {root}')
    if Path.cwd().is_relative_to(folder):
        raise SpondyloError(f'{run.folder}: is the current folder')
    if any(path.parent != folder for path in folder.rglob(TRAINING_RECORD)):
        raise SpondyloError(f'{run.folder}: holds other runs; remove those first')
