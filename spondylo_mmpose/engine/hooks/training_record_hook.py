"""One file that tells what a run was, while it lasts and afterwards."""

import hashlib
import time
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import torch
from mmengine.dist import get_world_size, is_main_process
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from spondylo_mmpose.engine.checkpoint import unwrapped
from spondylo_mmpose.engine.hooks.resumable_checkpoint_hook import (
    ResumableCheckpointHook,
)
from spondylo_mmpose.engine.resuming import changes_since
from spondylo_mmpose.engine.run_folder import TRAINING_RECORD
from spondylo_mmpose.engine.training_facts import (
    data_facts,
    peak_memory,
    start_facts,
    start_weights,
)
from spondylo_mmpose.engine.training_settings import describe_changes
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.io import read_json, write_json

FORMAT = 'spondylo_mmpose training'


@HOOKS.register_module()
class TrainingRecordHook(Hook):
    """Write ``training.json`` at the start, after each epoch and at the end.

    See ``docs/training.md`` for its fields. A run that was killed is left with the
    status ``running`` and the numbers of its last checkpoint.
    """

    # After the checkpoint, of which it tells.
    priority = 'LOWEST'

    def __init__(self) -> None:
        self.record: dict[str, Any] = {}
        self._began = 0.0

    def before_train(self, runner: Runner) -> None:
        """Write what is known beforehand; warn of settings that have changed."""
        if not is_main_process():
            return
        self._began = time.monotonic()
        path = Path(runner.work_dir) / TRAINING_RECORD
        starts = [start for start in _starts(path) if start['epoch'] <= runner.epoch]
        config = runner.cfg
        changes = changes_since(runner._load_from, config) if runner._resume else []
        if changes:
            runner.logger.warning(describe_changes(changes))
        text = config.pretty_text
        weights = list(unwrapped(runner.model).parameters())
        self.record = {
            'format': FORMAT,
            'status': 'running',
            'config': {
                'name': Path(config.filename or 'config.py').name,
                'sha256': hashlib.sha256(text.encode()).hexdigest(),
                'text': text,
            },
            'seed': runner.seed,
            'deterministic': torch.are_deterministic_algorithms_enabled(),
            'data': data_facts(config),
            'began_with': _began_with(runner, path),
            'model': {
                'type': type(unwrapped(runner.model)).__name__,
                'parameters': sum(weight.numel() for weight in weights),
            },
            'starts': [
                *starts,
                {
                    'time': datetime.now(timezone.utc).isoformat(timespec='seconds'),
                    'resumed_from': _resumed_from(runner),
                    'epoch': runner.epoch,
                    'changed': [asdict(change) for change in changes],
                    'log': runner.timestamp,
                    'processes': get_world_size(),
                    'device': _device(weights),
                    **start_facts(),
                },
            ],
            'result': {},
        }
        self._update(runner, 'running')

    def before_train_epoch(self, runner: Runner) -> None:
        """Write how far the run has come."""
        if self.record and runner.epoch > self.record['starts'][-1]['epoch']:
            self._update(runner, 'running')

    def after_train(self, runner: Runner) -> None:
        """Write the end."""
        if self.record:
            early = runner.epoch < runner.max_epochs
            self._update(runner, 'stopped early' if early else 'completed')

    def give_up(self, runner: Runner, status: str, reason: str | None = None) -> None:
        """Write how a run ended that did not come to its end.

        Args:
            runner: What trained.
            status: ``interrupted`` or ``failed``.
            reason: What a failed one failed of.
        """
        if self.record:
            if reason:
                self.record['reason'] = reason
            self._update(runner, status)

    def _update(self, runner: Runner, status: str) -> None:
        start = self.record['starts'][-1]
        start['seconds'] = round(time.monotonic() - self._began, 1)
        self.record['status'] = status
        self.record['result'] = {
            'epochs': runner.epoch,
            'iterations': runner.iter,
            'seconds': round(
                sum(s.get('seconds', 0) for s in self.record['starts']), 1
            ),
            'best': _best(runner),
            'peak_memory': dict(peak_memory()),
        }
        write_json(Path(runner.work_dir) / TRAINING_RECORD, self.record)


def record_hook(runner: Runner) -> TrainingRecordHook | None:
    """Find the hook of a runner."""
    return next((h for h in runner.hooks if isinstance(h, TrainingRecordHook)), None)


def _starts(path: Path) -> list[dict[str, Any]]:
    """Starts of a run that goes on."""
    try:
        starts = read_json(path)['starts']
        return [start for start in starts if isinstance(start['epoch'], int)]
    except (SpondyloError, KeyError, TypeError):
        return []


def _began_with(runner: Runner, path: Path) -> dict[str, Any] | None:
    """Weights that the run began with; of one that goes on, as it told at first."""
    if not runner._resume:
        return start_weights(runner.cfg)
    try:
        told = read_json(path).get('began_with')
    except SpondyloError:
        return None
    return told if isinstance(told, dict) else None


def _resumed_from(runner: Runner) -> str | None:
    path = runner._load_from if runner._resume else None
    return Path(path).name if path else None


def _device(weights: list[torch.nn.Parameter]) -> str:
    if weights and weights[0].is_cuda:
        return str(torch.cuda.get_device_name(weights[0].device))
    return weights[0].device.type if weights else 'cpu'


def _best(runner: Runner) -> dict[str, Any] | None:
    for hook in runner.hooks:
        if isinstance(hook, ResumableCheckpointHook) and hook.best:
            value, epoch = hook.best
            return {
                'metric': hook.metric,
                'value': value,
                'epoch': epoch,
                'checkpoint': hook.weights_name(0),
            }
    return None
