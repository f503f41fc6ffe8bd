"""The share of an epoch that training waits for its data."""

import tempfile
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from spondylo_mmpose.engine.launch import (
    build_runner,
    dataset_nodes,
    start_from_scratch,
)


class DataTimeHook(Hook):
    """Add up mmengine's times of every iteration of every epoch."""

    priority = 'LOWEST'

    def __init__(self) -> None:
        self.epochs: list[dict[str, float]] = []

    def before_train_epoch(self, runner: Runner) -> None:
        """Begin a new sum."""
        self.epochs.append({'iterations': 0, 'seconds': 0.0, 'waited': 0.0})

    def after_train_iter(self, runner: Runner, *_: Any, **__: Any) -> None:
        """Add the iteration's times, as the timer left them."""
        scalars, sums = runner.message_hub.log_scalars, self.epochs[-1]
        waited = scalars['train/data_time'].current()
        sums['iterations'] += 1
        sums['seconds'] += scalars['train/time'].current()
        sums['waited'] += waited
        sums.setdefault('waited_for_first', waited)


def measure_data_time(config: Config, film_cache_mib: float) -> dict[str, float]:
    """Train two epochs for real and look at the second.

    It begins with new workers, as every epoch does; their start counts as waiting.

    Args:
        config: Recipe; it is changed: random weights, no validation, no checkpoints.
        film_cache_mib: Memory for decoded films; 0 for none.

    Returns:
        ``iterations``, ``seconds`` of the epoch, ``waited`` seconds of them,
        ``waited_for_first`` batch, ``share`` of the epoch waited.
    """
    for node in dataset_nodes(config.train_dataloader.dataset):
        node['film_cache_mib'] = film_cache_mib
    start_from_scratch(config)
    config.val_cfg = config.val_dataloader = config.val_evaluator = None
    config.default_hooks.checkpoint = None
    config.train_cfg.max_epochs = 2
    config.log_level = 'WARNING'
    hook = DataTimeHook()
    with tempfile.TemporaryDirectory() as folder:
        config.work_dir = str(Path(folder))
        # mmengine keeps loggers and visualizers by name, for good.
        config.experiment_name = config.visualizer.name = Path(folder).name
        config.visualizer.vis_backends = []
        runner = build_runner(config)
        runner.register_hook(hook)
        runner.train()
    measured = hook.epochs[1]
    return {**measured, 'share': measured['waited'] / measured['seconds']}
