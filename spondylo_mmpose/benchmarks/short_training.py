"""Train a recipe for a number of iterations instead of epochs, and measure it."""

import contextlib
import io
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config, ConfigDict
from mmengine.evaluator import Evaluator
from mmengine.hooks import Hook
from mmengine.model import BaseModel
from mmengine.runner import Runner, find_latest_checkpoint

from spondylo_mmpose.engine.launch import (
    build_runner,
    dataset_nodes,
    start_from_scratch,
)
from spondylo_mmpose.engine.run_folder import LAST_CHECKPOINT
from spondylo_mmpose.engine.training_settings import training_digests
from spondylo_mmpose.utils.io import read_json, write_json

LOADERS = ('train_dataloader', 'val_dataloader')
WARM_UP = 30
"""Iterations over which the learning rate rises; a quarter of all if these are few."""

DIGESTS = 'settings.json'
"""File beside checkpoints: digests of what their training depends on."""

_HOOKS_OF_WHOLE_RUNS = (
    'EarlyStoppingHook',
    'EvaluationReportHook',
    'GrowingInputHook',  # counts epochs, of which there are none
    'TrainedFilmsHook',
)


def use_data(config: Config, root: str | Path) -> None:
    """Let a recipe train and validate on the data set in one folder."""
    for name in LOADERS:
        for node in dataset_nodes(config[name].dataset):
            node['data_root'] = str(root)


def shorten(config: Config, iterations: int, validations: int = 1) -> None:
    """Make a recipe last a number of iterations, without checkpoints or early stop.

    The learning rate rises over the first iterations and falls along a cosine to 2 % of
    the recipe's at the end. Everything else is the recipe's.

    Args:
        config: Recipe; changed in place.
        iterations: Steps of the optimiser.
        validations: How often to measure, evenly spread; the last time at the end.
    """
    warm_up = min(WARM_UP, max(1, iterations // 4))
    config.train_cfg = ConfigDict(
        by_epoch=False,
        max_iters=iterations,
        val_interval=max(1, iterations // validations),
    )
    config.param_scheduler = [
        ConfigDict(
            type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=warm_up
        ),
        ConfigDict(
            type='CosineAnnealingLR',
            T_max=max(1, iterations - warm_up),
            eta_min_ratio=0.02,
            by_epoch=False,
            begin=warm_up,
            end=max(iterations, warm_up + 1),
        ),
    ]
    config.default_hooks.checkpoint = None
    config.default_hooks.logger = ConfigDict(type='LoggerHook', interval=10**9)
    config.custom_hooks = [
        hook for hook in config.custom_hooks if hook.type not in _HOOKS_OF_WHOLE_RUNS
    ]


def train_briefly(
    config: Config,
    iterations: int,
    validations: int = 1,
    workers: int = 1,
    work_dir: Path | None = None,
    *,
    pretrained: bool = False,
) -> tuple[BaseModel, dict[str, Any]]:
    """Train a recipe for a while and measure on its validation data.

    Args:
        config: Recipe; changed in place.
        iterations: Steps of the optimiser.
        validations: As in :func:`shorten`.
        workers: Processes that prepare crops.
        work_dir: Folder for a checkpoint every fiftieth of the way. The same run, once
            interrupted there, goes on; one that is over is measured alone; another
            (settings, iterations or films) replaces it. By default none is written.
        pretrained: Begin with the recipe's pretrained weights, if it has any, rather
            than with random ones.

    Returns:
        The trained model, on the device it was trained on. And the metrics of the last
        validation beside ``seconds`` of the whole run and ``history``: iteration and
        metrics of each validation.
    """
    if not pretrained:
        start_from_scratch(config)
    shorten(config, iterations, validations)
    for name in LOADERS:
        config[name].num_workers = workers
    config.test_cfg = config.test_dataloader = config.test_evaluator = None
    config.log_level = 'WARNING'
    history: list[tuple[int, dict[str, float]]] = []
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        config.work_dir = str(work_dir or folder)
        done = work_dir is not None and _keep_checkpoints(config, iterations)
        # mmengine keeps loggers and visualizers by name, for good.
        config.experiment_name = config.visualizer.name = Path(folder).name
        config.visualizer.vis_backends = []
        with quietly():
            runner = build_runner(config)
            if done:
                history.append((iterations, dict(runner.val())))
            else:
                runner.register_hook(_KeepMetrics(history), 'LOWEST')
                runner.train()
    seconds = time.perf_counter() - start
    return runner.model, {**history[-1][1], 'seconds': seconds, 'history': history}


def _keep_checkpoints(config: Config, iterations: int) -> bool:
    """Write checkpoints, and begin with the last one of the same run.

    Returns:
        Whether that one is of a run that is over.
    """
    folder, digests = Path(config.work_dir), training_digests(config)
    config.default_hooks.checkpoint = ConfigDict(
        type='CheckpointHook',
        by_epoch=False,
        interval=max(1, iterations // 50),
        max_keep_ckpts=1,
        backend_args=dict(backend='atomic'),
    )
    path = _last_checkpoint(folder)
    begun = read_json(folder / DIGESTS) if (folder / DIGESTS).is_file() else None
    if path is None or begun != digests:
        # First what a run that is killed would go on from.
        (folder / LAST_CHECKPOINT).unlink(missing_ok=True)
        for old in folder.glob('iter_*.pth'):
            old.unlink()
        write_json(folder / DIGESTS, digests)
        return False
    done = path.name == f'iter_{iterations}.pth'
    config.load_from, config.resume = str(path), not done
    return done


def _last_checkpoint(folder: Path) -> Path | None:
    """The checkpoint that a run wrote last, wherever the folder lay then."""
    with quietly():
        latest = find_latest_checkpoint(str(folder))
    path = folder / Path(latest).name if latest else None
    return path if path and path.is_file() else None


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Swallow what is printed: the readers of annotations talk."""
    with contextlib.redirect_stdout(io.StringIO()):
        yield


class _KeepMetrics(Hook):
    def __init__(self, history: list[tuple[int, dict[str, float]]]) -> None:
        self.history = history

    def after_val_epoch(
        self, runner: Runner, metrics: dict[str, float] | None = None
    ) -> None:
        self.history.append((runner.iter, dict(metrics or {})))


def measure(model: BaseModel, config: Config) -> dict[str, float]:
    """Measure a model on a recipe's validation data, in this process.

    Args:
        model: As :func:`train_briefly` gives it.
        config: Recipe; its ``val_dataloader`` and ``val_evaluator`` are used.
    """
    loader = dict(config.val_dataloader, num_workers=0, persistent_workers=False)
    evaluator = Evaluator(config.val_evaluator)
    model.eval()
    with torch.no_grad(), quietly():
        data = Runner.build_dataloader(loader, seed=0)
        evaluator.dataset_meta = data.dataset.metainfo
        for batch in data:
            evaluator.process(model.val_step(batch), batch)
        metrics: dict[str, float] = evaluator.evaluate(len(data.dataset))
    return metrics
