"""What ends a training, as one line with advice instead of a traceback."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spondylo_mmpose.engine.hooks.finite_training_hook import DivergedError
from spondylo_mmpose.engine.run_folder import epochs_saved
from spondylo_mmpose.errors import SpondyloError, one_line

_MEMORY = re.compile(
    r"out of memory|can't allocate memory|cannot allocate memory|"
    r'not enough memory|insufficient memory|failed to allocate|bad_alloc',
    re.IGNORECASE,
)
_WORKER = re.compile(r'DataLoader worker .*(killed|exited)|bus error', re.IGNORECASE)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def explain_training_failure(folder: str | Path) -> Iterator[None]:
    """Turn what a training commonly dies of into one line.

    Memory, a loss that diverged and a full disk are explained; anything else passes.

    Args:
        folder: Work directory of the run.

    Raises:
        SpondyloError: Says what happened, what to change and what can be resumed.
    """
    try:
        yield
    except Exception as error:
        advice = advise(error)
        if advice is None:
            raise
        raise SpondyloError(f'{advice}; {what_is_left(folder)}') from error


def advise(error: BaseException) -> str | None:
    """Say what happened and what to change.

    Returns:
        ``None`` for an error that is not known.
    """
    if isinstance(error, DivergedError):
        return (
            f'training diverged: {error}; lower the learning rate '
            '(--cfg-options optim_wrapper.optimizer.lr=...), clip gradients '
            '(optim_wrapper.clip_grad.max_norm=1) or leave out --amp'
        )
    disk = _disk_error(error)
    if disk is not None:
        where = f' while {disk.filename} was written' if disk.filename else ''
        return f'the disk is full{where} ({disk.strerror}); free some space'
    if isinstance(error, RuntimeError) and _WORKER.search(str(error)):
        return (
            'a data worker was killed, most likely for want of memory; take fewer or '
            'none (--cfg-options train_dataloader.num_workers=0 '
            'val_dataloader.num_workers=0), or a smaller film_cache_mib of the data set'
        )
    if isinstance(error, MemoryError) or _MEMORY.search(str(error)):
        where = 'GPU' if 'CUDA' in str(error) else 'machine'
        return (
            f'the {where} is out of memory ({one_line(error)[:120]}); make batches '
            'smaller and step less often, e.g. --cfg-options '
            'train_dataloader.batch_size=4 optim_wrapper.accumulative_counts=2 '
            'val_dataloader.batch_size=4, or add --amp'
        )
    return None


def what_is_left(folder: str | Path) -> str:
    """Say what can be resumed."""
    saved = epochs_saved(folder)
    if not saved:
        return 'no checkpoint was written yet'
    return (
        f'epoch_{saved[-1]}.pth in {folder} is whole: --resume with --work-dir '
        f'{folder} goes on from it'
    )


def _disk_error(error: BaseException) -> OSError | None:
    """The error of a full disk, also where it was put into other words."""
    for one in (error, error.__cause__):
        if isinstance(one, OSError) and one.errno in _FULL:
            return one
    return None
