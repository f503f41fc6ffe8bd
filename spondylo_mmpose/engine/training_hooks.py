"""Hooks and logs that every training has, whoever wrote the recipe."""

import argparse
import importlib.util
from pathlib import Path
from typing import Any

from mmengine.config import Config, ConfigDict

from spondylo_mmpose.errors import SpondyloError


def add_training_hooks(config: Config, args: argparse.Namespace) -> None:
    """Add the hooks that every training has and those that options ask for.

    Args:
        config: Changed in place.
        args: Parsed options.

    Raises:
        SpondyloError: If one of them goes without the validation it needs.
    """
    checkpoint = config.default_hooks.checkpoint
    if checkpoint.get('type', 'CheckpointHook') == 'CheckpointHook':
        checkpoint.type = 'ResumableCheckpointHook'
    for key in ('keep_best', 'keep_every'):
        if getattr(args, key) is not None:
            checkpoint[key] = getattr(args, key)
    hooks = [ConfigDict(hook) for hook in config.get('custom_hooks') or ()]
    for hook in hooks:
        if hook.get('type') == 'EarlyStoppingHook':
            hook.type = 'ResumableEarlyStoppingHook'
    if args.early_stop:
        if not checkpoint.get('save_best'):
            raise SpondyloError(
                '--early-stop needs validations and the metric that '
                'default_hooks.checkpoint.save_best names'
            )
        hooks = [h for h in hooks if h.get('type') != 'ResumableEarlyStoppingHook']
        stopping = ConfigDict(
            type='ResumableEarlyStoppingHook',
            monitor=checkpoint.save_best,
            rule=checkpoint.get('rule') or 'less',
            min_delta=0.01,
            patience=args.early_stop,
        )
        hooks.append(stopping)
    if args.freeze_backbone:
        hooks.append(ConfigDict(type='FreezeBackboneHook', epochs=args.freeze_backbone))
        config.find_unused_parameters = True
        if config.get('model_wrapper_cfg'):
            config.model_wrapper_cfg.find_unused_parameters = True
    if args.ema is not None:
        hooks = [hook for hook in hooks if hook.get('type') != 'EMAHook']
        if args.ema:
            hooks.append(_ema(args.ema))
    present = {hook.get('type') for hook in hooks}
    hooks += [
        ConfigDict(type=kind)
        for kind in ('FiniteTrainingHook', 'PendingGradientsHook', 'TrainingRecordHook')
        if kind not in present
    ]
    config.custom_hooks = hooks


def add_logs(config: Config, tensorboard: bool) -> None:
    """Write tables of the curves, and a log for TensorBoard if asked for.

    Raises:
        SpondyloError: If TensorBoard is not installed.
    """
    visualizer = config.get('visualizer') or ConfigDict(type='Visualizer')
    backends: list[Any] = list(
        visualizer.get('vis_backends') or [ConfigDict(type='LocalVisBackend')]
    )
    wanted = {'CsvVisBackend': config.work_dir}
    if tensorboard:
        if importlib.util.find_spec('tensorboard') is None:
            raise SpondyloError(
                '--tensorboard: TensorBoard is not installed; "pip install '
                'tensorboard", or do without: train.csv and val.csv hold the same'
            )
        wanted['TensorboardVisBackend'] = str(Path(config.work_dir) / 'tensorboard')
    present = {backend.get('type') for backend in backends}
    backends += [
        ConfigDict(type=kind, save_dir=folder)
        for kind, folder in wanted.items()
        if kind not in present
    ]
    visualizer.vis_backends = backends
    config.visualizer = visualizer


def _ema(momentum: float) -> ConfigDict:
    return ConfigDict(
        type='EMAHook',
        ema_type='ExpMomentumEMA',
        momentum=momentum,
        gamma=200,
        update_buffers=True,
        priority=49,
    )
