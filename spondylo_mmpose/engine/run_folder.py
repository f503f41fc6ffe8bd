"""Where a training keeps its files, and which of its checkpoints is the last.

::

    work_dirs/<config>/<time of the start>/     one run, however often it was resumed
        training.json                           what was trained, how and with what end
        train.csv, val.csv, training.png        curves
        epoch_<N>.pth, best_*.pth, top_*.pth    checkpoints
        evaluation/val/                         tables of the last validation
        <time of a start>/                      log of each start, by mmengine
"""

import re
import time
from pathlib import Path

from mmengine.dist import broadcast_object_list

from spondylo_mmpose.engine.checkpoint import load_checkpoint_file
from spondylo_mmpose.errors import SpondyloError

TRAINING_RECORD = 'training.json'
"""What a training tells of itself; the mark of a run's folder."""

LAST_CHECKPOINT = 'last_checkpoint'
"""File that names the checkpoint written last, as mmengine has it."""

SMOKE = '_smoke'
"""Ending of the folders of mere trials, which a resume without it passes over."""

_STAMP = re.compile(r'\d{8}_\d{6}(-\d+)?')


def new_run_folder(parent: str | Path, smoke: bool = False) -> Path:
    """Name the folder of a run that begins; all processes of it get one name.

    Args:
        parent: ``work_dirs/<config>``.
        smoke: Whether it is a mere trial.
    """
    ending = SMOKE if smoke else ''
    stamp = time.strftime('%Y%m%d_%H%M%S')
    name, number = [f'{stamp}{ending}'], 2
    while (Path(parent) / name[0]).exists():
        name = [f'{stamp}-{number}{ending}']
        number += 1
    broadcast_object_list(name)
    return Path(parent) / name[0]


def newest_run(parent: str | Path, smoke: bool = False) -> Path:
    """Find the run that was begun last.

    Args:
        parent: ``work_dirs/<config>``; checkpoints right in it are a run too, as
            older versions left them.
        smoke: Look for trials, and for nothing else.

    Raises:
        SpondyloError: If there is none.
    """
    parent = Path(parent)
    runs = [
        path.parent
        for path in parent.glob(f'*/{TRAINING_RECORD}')
        if _STAMP.fullmatch(path.parent.name.removesuffix(SMOKE))
        and path.parent.name.endswith(SMOKE) == smoke
    ]
    if runs:
        return max(runs, key=lambda path: path.name.removesuffix(SMOKE))
    if not smoke and epochs_saved(parent):
        return parent
    raise SpondyloError(
        f'{parent}: holds no run to resume; start without --resume, or name the '
        "run's folder with --work-dir"
    )


def run_folder_of(checkpoint: str | Path) -> Path | None:
    """Folder of the run that wrote a checkpoint, ``None`` if it lies elsewhere."""
    folder = Path(checkpoint).parent
    return folder if (folder / TRAINING_RECORD).is_file() else None


def epochs_saved(folder: str | Path) -> list[int]:
    """Epochs whose checkpoints lie in a folder, in rising order."""
    names = (path.name for path in Path(folder).glob('epoch_*.pth'))
    found = (re.fullmatch(r'epoch_(\d+)\.pth', name) for name in names)
    return sorted(int(match[1]) for match in found if match)


def check_unused(folder: str | Path) -> None:
    """Refuse to begin a training among the checkpoints of another.

    Raises:
        SpondyloError: If there are any.
    """
    saved = epochs_saved(folder)
    if saved:
        raise SpondyloError(
            f'{folder}: holds a training already (epoch_{saved[-1]}.pth); go on with '
            '--resume, or choose another --work-dir'
        )


def last_checkpoint(folder: str | Path) -> Path | None:
    """The checkpoint to go on from: the one written last that is whole.

    The folder may have been moved since. A kill leaves whole files; a machine that
    loses power may not, which is why two are kept.

    Returns:
        ``None`` where there is no checkpoint.

    Raises:
        SpondyloError: If there are some, but none can be read.
    """
    folder = Path(folder)
    paths = [folder / f'epoch_{epoch}.pth' for epoch in reversed(epochs_saved(folder))]
    try:
        name = Path((folder / LAST_CHECKPOINT).read_text().strip()).name
    except (OSError, UnicodeDecodeError):
        name = ''
    if folder / name in paths:
        # Those of later epochs were given up when an earlier one was resumed.
        paths = paths[paths.index(folder / name) :]
    faults = []
    for path in paths:
        try:
            load_checkpoint_file(path)
        except SpondyloError as error:
            faults.append(error)
        else:
            return path
    if faults:
        raise faults[0]
    return None
