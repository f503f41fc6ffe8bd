"""What a run left behind: config, training log and predictions."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmengine.config import Config

from spondylo_mmpose.engine.launch import dataset_nodes, read_config
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.dump import load_dump
from spondylo_mmpose.evaluation.records import (
    VertebraRecord,
    record_from_sample,
    unique_records,
)

PREDICTIONS = 'predictions.pkl'
"""Name under which a report looks for a run's dump."""


@dataclass(frozen=True)
class RunRecord:
    """One run, as a report needs it.

    Attributes:
        folder: Work directory.
        config: Config that mmengine wrote there.
        scalars: Training log, a list of what each line holds; empty after a mere test.
        records: Predicted vertebrae of the dump.
    """

    folder: Path
    config: Config
    scalars: Sequence[dict[str, Any]]
    records: Sequence[VertebraRecord]

    @property
    def train_annotations(self) -> list[Path]:
        """Annotation files of the run's training set that are still there."""
        loader = self.config.get('train_dataloader') or {}
        paths = [
            Path(node['data_root']) / node['ann_file']
            for node in dataset_nodes(loader.get('dataset') or {})
        ]
        return [path for path in dict.fromkeys(paths) if path.is_file()]


def load_run(folder: str | Path) -> RunRecord:
    """Read a run from its work directory.

    Args:
        folder: Work directory with one config, :data:`PREDICTIONS` and the logs.

    Raises:
        SpondyloError: If the folder, its config or its predictions are missing or
            damaged.
    """
    folder = Path(folder)
    configs = sorted(folder.glob('*.py'), key=lambda path: path.stat().st_mtime)
    if not configs:
        raise SpondyloError(f'{folder}: holds no config; is it the folder of a run?')
    samples = load_dump(folder / PREDICTIONS)
    try:
        records = unique_records(record_from_sample(sample) for sample in samples)
    except SpondyloError as error:
        raise SpondyloError(f'{folder / PREDICTIONS}: {error}') from error
    if not records:
        raise SpondyloError(f'{folder / PREDICTIONS}: holds no predictions')
    return RunRecord(
        folder=folder,
        config=read_config(configs[-1], import_custom_modules=False),
        scalars=load_scalars(folder),
        records=records,
    )


def load_scalars(folder: Path) -> list[dict[str, Any]]:
    """Read the training logs of a run, oldest first.

    A run that was resumed has several logs; where two tell of the same step the later
    one holds.
    """
    steps: dict[tuple[bool, int], dict[str, Any]] = {}
    for path in sorted(folder.glob('*/vis_data/scalars.json')):
        for line in path.read_text(encoding='utf-8', errors='replace').splitlines():
            try:
                scalars = json.loads(line)
            except ValueError:
                continue  # a run that was killed may leave half a line
            if not isinstance(scalars, dict):
                continue
            training = 'loss' in scalars
            if isinstance(scalars.get('step'), int) and (
                training or 'corner/MRE_px' in scalars
            ):
                steps[training, scalars['step']] = scalars
    return list(steps.values())
