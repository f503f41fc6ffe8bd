"""A recipe made small: whether it trains, not how well."""

from typing import Any

from mmengine.config import Config

from spondylo_mmpose.engine.launch import DATALOADERS, dataset_nodes

EPOCHS = 2
VERTEBRAE, FILMS = 16, 6
"""Samples of a training set, for models of crops and of whole films."""

BATCH = 4
WARM_UP = 2
"""Iterations of a warm-up that the recipe counts in iterations."""


def make_smoke(config: Config) -> None:
    """Shorten a run to two epochs of a few films; the network and its input stay.

    Args:
        config: Changed in place: data sets are cut to their first samples, batches
            and schedules shortened, every step logged.
    """
    for name in DATALOADERS:
        loader = config.get(name)
        if not loader:
            continue
        loader.batch_size = min(loader.get('batch_size', BATCH), BATCH)
        for node in dataset_nodes(loader.dataset):
            samples = VERTEBRAE if node.get('data_mode') == 'topdown' else FILMS
            # What is measured may be less: it is looked at twice.
            node['indices'] = samples if name == 'train_dataloader' else samples // 2
        _shorten_repeats(loader.dataset)
    before = config.train_cfg.max_epochs
    config.train_cfg.max_epochs = EPOCHS
    config.train_cfg.val_interval = 1
    config.train_cfg.pop('val_begin', None)
    config.train_cfg.pop('dynamic_intervals', None)
    config.param_scheduler = [
        short
        for one in _as_list(config.get('param_scheduler'))
        if (short := _shorten(dict(one), EPOCHS / before)) is not None
    ]
    for hook in config.get('custom_hooks') or ():
        # Those that change the pipeline or the loss for the last epochs.
        for key in ('switch_epoch', 'num_last_epochs'):
            if key in hook:
                hook[key] = 1
        if 'begin_iter' in hook:
            hook['begin_iter'] = min(hook['begin_iter'], WARM_UP)
    config.default_hooks.logger.interval = 1
    config.default_hooks.checkpoint.interval = 1


def _as_list(value: Any) -> list[Any]:
    if not value:
        return []
    return [value] if isinstance(value, dict) else list(value)


def _shorten_repeats(dataset: dict[str, Any]) -> None:
    if 'times' in dataset:
        dataset['times'] = 1
    for child in (dataset.get('dataset'), *(dataset.get('datasets') or ())):
        if child:
            _shorten_repeats(child)


def _shorten(scheduler: dict[str, Any], factor: float) -> dict[str, Any] | None:
    """A schedule in proportion; ``None`` for a part too short to be there."""
    if not scheduler.get('by_epoch', True):
        if 'end' in scheduler:
            scheduler['end'] = min(scheduler['end'], WARM_UP)
        return (
            scheduler if scheduler.get('begin', 0) < scheduler.get('end', 1) else None
        )
    for key in ('begin', 'end', 'T_max', 'step_size'):
        if key in scheduler:
            scheduler[key] = round(scheduler[key] * factor)
    if 'milestones' in scheduler:
        steps = {max(1, round(m * factor)) for m in scheduler['milestones']}
        scheduler['milestones'] = sorted(steps)
    if scheduler.get('begin', 0) >= scheduler.get('end', EPOCHS):
        return None
    for key in ('T_max', 'step_size'):
        if key in scheduler:
            scheduler[key] = max(1, scheduler[key])
    return scheduler
