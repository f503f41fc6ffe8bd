"""What a training that goes on has in common with how it began."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config

from spondylo_mmpose.engine.run_folder import (
    TRAINING_RECORD,
    epochs_saved,
    run_folder_of,
)
from spondylo_mmpose.engine.training_facts import RECIPE_VARIABLES, data_facts
from spondylo_mmpose.engine.training_settings import Change, changes_between
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.io import read_json


def told_data(checkpoint: str | Path | None) -> dict[str, list[dict[str, Any]]]:
    """Training and validation data of the run that wrote a checkpoint.

    Args:
        checkpoint: File in the run's folder.

    Returns:
        Entries of :func:`.data_facts` by split; none where no record tells them.
    """
    record = _record(checkpoint)
    try:
        return {
            split: [entry for entry in entries if entry['sha256']]
            for split, entries in record['data'].items()
        }
    except (AttributeError, KeyError, TypeError):
        return {}


def changes_since(checkpoint: str | Path | None, config: Config) -> list[Change]:
    """Settings that are others than at the last start of the run that goes on.

    Args:
        checkpoint: File in the run's folder.
        config: Of this start.

    Returns:
        None where no record tells those of the last start.
    """
    try:
        before = str(_record(checkpoint)['config']['text'])
    except (KeyError, TypeError):
        return []
    return changes_between(before, config.pretty_text)


def check_same_data(config: Config) -> None:
    """Refuse to go on with other annotation files than the run began with.

    What one split validates another trains on. A run that went on with both would
    choose its best weights, and tell its numbers, by films that it has learned.

    Args:
        config: Of a run that goes on from ``load_from``.

    Raises:
        SpondyloError: If training or validation has other files. A run that leaves
            validation out, now or then, has none to compare.
    """
    before = told_data(config.load_from)
    now = data_facts(config)
    others = [
        f'{split} was {_shown(before[split])}, is {_shown(now[split])}'
        for split in now
        if before.get(split) and now[split]
        if _digests(before[split]) != _digests(now[split])
    ]
    if others:
        raise SpondyloError(
            f'{Path(config.load_from).parent}: goes on with its own data alone: '
            f'{"; ".join(others)}; {_mend(config.load_from)}, or begin a training on '
            'other data in another --work-dir'
        )


def how_to_resume(work_dir: str | Path, config: str) -> str:
    """Say after an interruption what is there and how to go on."""
    saved = epochs_saved(work_dir)
    there = (
        f'the last checkpoint is epoch_{saved[-1]}.pth'
        if saved
        else ('no checkpoint was written yet')
    )
    data = ''.join(
        f'{name}={shlex.quote(os.environ[name])} '
        for name in RECIPE_VARIABLES
        if name in os.environ
    )
    return (
        f'stopped; {there}; go on with "{data}tools/train.py {config} --work-dir '
        f'{work_dir} --resume" and the same options'
    )


def _record(checkpoint: str | Path | None) -> dict[str, Any]:
    """Record of the run that wrote a checkpoint, empty where there is none."""
    folder = run_folder_of(checkpoint) if checkpoint else None
    if folder is None:
        return {}
    try:
        record = read_json(folder / TRAINING_RECORD)
    except SpondyloError:
        return {}  # One that is damaged is written anew.
    return record if isinstance(record, dict) else {}


def _digests(entries: list[dict[str, Any]]) -> list[str]:
    return [entry['sha256'] for entry in entries]


def _shown(entries: list[dict[str, Any]]) -> str:
    return ' and '.join(
        f'{entry["name"]} of {entry.get("films", "?")} films '
        f'(SHA-256 {entry["sha256"][:8]})'
        for entry in entries
    )


def _mend(checkpoint: str | Path) -> str:
    """Say how the data of the last start are named again."""
    try:
        before: Mapping[str, str] = _record(checkpoint)['starts'][-1]['environment']
        changes = [
            f'set {name}={shlex.quote(before[name])}'
            if name in before
            else f'unset {name}'
            for name in RECIPE_VARIABLES
            if before.get(name) != os.environ.get(name)
        ]
    except (AttributeError, IndexError, KeyError, TypeError):
        changes = []
    if changes:
        return f'{", ".join(changes)} as at its last start'
    return 'name the files of its last start, unchanged'
