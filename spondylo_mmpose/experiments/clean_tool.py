"""The list of runs, and their removal, as ``tools/clean_runs.py`` does it."""

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.experiments.run_cleaning import (
    Criteria,
    check_idle,
    choose,
    drop_checkpoints,
    remove_run,
    superfluous,
)
from spondylo_mmpose.experiments.runs import RUNNING, Run, find_runs

_UNITS = ('B', 'KiB', 'MiB', 'GiB', 'TiB')


def run_clean(args: argparse.Namespace) -> int:
    """List runs and remove what is asked; see ``tools/clean_runs.py --help``.

    Args:
        args: Parsed options.

    Returns:
        Exit status: 0, or 1 if a run could not be removed, which is said.

    Raises:
        SpondyloError: If there is no such folder, or ``--yes`` has nothing to agree to.
    """
    root: Path = args.root
    criteria = Criteria(args.older_than, args.failed, args.smoke, args.keep)
    if args.yes and not (criteria.given or args.checkpoints_only):
        raise SpondyloError(
            '--yes: say what is to go: --older-than, --failed, --smoke, --keep or '
            '--checkpoints-only'
        )
    now = time.time()
    runs = find_runs(root, now)
    if not runs:
        print(f'{root}: holds no runs')
        return 0
    chosen = choose(runs, criteria, now)
    if args.checkpoints_only:
        if not criteria.given:
            chosen = [run for run in runs if run.status != RUNNING]
        chosen = [run for run in chosen if superfluous(run.folder)]
    marked = {run.folder for run in chosen}
    print('\n'.join(listing(runs, root, marked)))
    if not (criteria.given or args.checkpoints_only):
        return 0
    if not chosen:
        print('nothing to remove')
        return 0
    if args.checkpoints_only:
        sizes = [sum(p.stat().st_size for p in superfluous(r.folder)) for r in chosen]
        what = f'checkpoints of {len(chosen)} runs, {size_text(sum(sizes))}'
    else:
        what = f'{len(chosen)} runs, {size_text(sum(run.size for run in chosen))}'
    if not args.yes:
        print(f'would remove {what}; --yes does')
        return 0
    failures = remove(chosen, root, args.checkpoints_only)
    if not failures:
        print(f'removed {what}')
    for text in failures:
        print(f'not removed: {text}', file=sys.stderr)
    return 1 if failures else 0


def remove(runs: Sequence[Run], root: Path, checkpoints_only: bool) -> list[str]:
    """Remove runs or their checkpoints.

    Returns:
        What could not be removed, and why.
    """
    failures = []
    for run in runs:
        try:
            if checkpoints_only:
                check_idle(run)
                drop_checkpoints(run.folder)
            else:
                remove_run(run, root)
        except SpondyloError as error:
            failures.append(str(error))
        except OSError as error:
            failures.append(f'{error.filename}: {error.strerror}')
    return failures


def listing(runs: Sequence[Run], root: Path, marked: set[Path]) -> list[str]:
    """Lines of a table of runs.

    Args:
        runs: To list.
        root: Folder that their names are relative to.
        marked: Folders of those that would be removed.
    """
    head = ('', 'run', 'config', 'began', 'status', 'epochs', 'best', 'size', 'files')
    rows = [head]
    for run in runs:
        name = str(run.folder.relative_to(root))
        rows.append(
            (
                '*' if run.folder in marked else '',
                name,
                run.config,
                datetime.fromtimestamp(run.began).strftime('%Y-%m-%d %H:%M'),
                run.status,
                str(run.epochs),
                run.best,
                size_text(run.size),
                f'{len(run.checkpoints)} checkpoints',
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    return [
        '  '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        .rstrip()
        for row in rows
    ]  # fmt: skip


def size_text(size: float) -> str:
    """Bytes as people read them."""
    power = 0
    while size >= 1024 and power < len(_UNITS) - 1:
        size, power = size / 1024, power + 1
    return f'{size:.1f} {_UNITS[power]}' if power else f'{size:.0f} B'
