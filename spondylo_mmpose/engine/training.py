"""Training as ``tools/train.py`` does it."""

import argparse
import os
from pathlib import Path

from mmengine.config import Config
from mmengine.dist import is_main_process
from mmengine.runner import find_latest_checkpoint

from spondylo_mmpose.engine.checkpoint import (
    check_resumable,
    load_checkpoint_file,
    unwrapped,
)
from spondylo_mmpose.engine.launch import (
    apply_common_options,
    build_runner,
    enable_amp,
    explain_config_errors,
    explain_download_failure,
    forget_pretrained,
    load_config,
    start_from_scratch,
)
from spondylo_mmpose.engine.seen_films import check_run_leaks
from spondylo_mmpose.errors import SpondyloError


def run_training(args: argparse.Namespace) -> list[str]:
    """Train a model; see ``tools/train.py --help`` for the options.

    Args:
        args: Parsed options.

    Returns:
        Lines that say where the result is; none on any process but the first.

    Raises:
        SpondyloError: If the config, the data, the checkpoint or the network fails.
        KeyboardInterrupt: After Ctrl-C, with a line on how to go on.
    """
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    config = load_config(args.config, args.cfg_options)
    apply_common_options(config, args)
    apply_training_options(config, args)
    check_run_leaks(config)
    runner = build_runner(config)
    with explain_config_errors(config):
        # Each is built when first looked at; data sets come with them.
        runner.train_loop, runner.val_loop  # noqa: B018
    if config.get('resume'):
        check_resumable(config.load_from, unwrapped(runner.model))
    elif config.get('load_from') and '://' not in config.load_from:
        load_checkpoint_file(config.load_from)
    try:
        with explain_download_failure():
            runner.train()
    except KeyboardInterrupt:
        runner.logger.warning(how_to_resume(runner.work_dir, args.config))
        raise
    if not is_main_process():
        return []
    best = sorted(Path(runner.work_dir).glob('best_*.pth'))
    return [f'trained: {best[-1] if best else runner.work_dir}']


def apply_training_options(config: Config, args: argparse.Namespace) -> None:
    """Apply the options of training alone.

    Args:
        config: Changed in place.
        args: Parsed options ``amp, no_pretrained, no_validate, auto_scale_lr, resume``.

    Raises:
        SpondyloError: If the checkpoint to resume from cannot be loaded.
    """
    if args.no_pretrained:
        start_from_scratch(config)
    # Overrides from the command line win over those of --no-pretrained.
    config.merge_from_dict(args.cfg_options or {})
    if args.amp:
        enable_amp(config)
    if args.no_validate:
        config.val_cfg = config.val_dataloader = config.val_evaluator = None
        config.default_hooks.checkpoint.pop('save_best', None)
    if args.auto_scale_lr:
        config.auto_scale_lr.enable = True
    if args.resume:
        path = args.resume
        if path == 'auto':
            path = find_latest_checkpoint(config.work_dir)
        if path is None:
            raise SpondyloError(
                f'{config.work_dir}: holds no checkpoint to resume from; start without '
                '--resume'
            )
        load_checkpoint_file(path)
        # The checkpoint has all the weights; do not fetch pretrained ones first.
        forget_pretrained(config)
        config.resume, config.load_from = True, str(path)


def how_to_resume(work_dir: str | Path, config: str) -> str:
    """Say after an interruption what is there and how to go on."""
    latest = find_latest_checkpoint(str(work_dir))
    if latest is None:
        return 'stopped before the first checkpoint was written'
    return (
        f'stopped; the last checkpoint is {latest}; go on with '
        f'"tools/train.py {config} --work-dir {work_dir} --resume" and the same options'
    )
