"""Training as ``tools/train.py`` does it."""

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.dist import is_main_process
from mmengine.runner import Runner

import spondylo_mmpose.engine.registration  # noqa: F401  (recipes of others lack it)
from spondylo_mmpose.engine.checkpoint import (
    check_resumable,
    load_checkpoint_file,
    unwrapped,
)
from spondylo_mmpose.engine.device import uses_cuda
from spondylo_mmpose.engine.failures import explain_training_failure
from spondylo_mmpose.engine.hooks.training_record_hook import record_hook
from spondylo_mmpose.engine.launch import (
    apply_common_options,
    build_runner,
    explain_config_errors,
    explain_download_failure,
    forget_pretrained,
    load_config,
)
from spondylo_mmpose.engine.resuming import check_same_data, how_to_resume
from spondylo_mmpose.engine.run_folder import (
    TRAINING_RECORD,
    check_unused,
    last_checkpoint,
    new_run_folder,
    newest_run,
    run_folder_of,
)
from spondylo_mmpose.engine.scalars import load_scalars
from spondylo_mmpose.engine.seen_films import check_run_leaks
from spondylo_mmpose.engine.training_figure import training_curves
from spondylo_mmpose.engine.training_hooks import add_logs
from spondylo_mmpose.engine.training_options import apply_training_options
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.presentation.figure_style import to_png
from spondylo_mmpose.utils.io import atomic_file

PICTURE = 'training.png'
"""Curves of a training, in its folder."""


def run_training(args: argparse.Namespace) -> list[str]:
    """Train a model; see ``tools/train.py --help`` for the options.

    Args:
        args: Parsed options.

    Returns:
        Lines that say where the result is; none on any process but the first.

    Raises:
        SpondyloError: If the config, the data, the checkpoint or the network fails,
            memory or disk run out, or the training diverges.
        KeyboardInterrupt: After Ctrl-C, with a line on how to go on.
    """
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    config = load_config(args.config, args.cfg_options)
    fixed = bool(args.work_dir or config.get('work_dir'))
    apply_common_options(config, args)
    apply_training_options(config, args)
    choose_folder(config, args, fixed)
    check_run_leaks(config)
    if config.get('resume'):
        check_same_data(config)
    runner = build_runner(config)
    if args.deterministic and uses_cuda(config):
        # Some of CUDA's algorithms have no form that repeats; say so, do not stop.
        torch.use_deterministic_algorithms(True, warn_only=True)
    with explain_config_errors(config):
        # Each is built when first looked at; data sets come with them.
        runner.train_loop, runner.val_loop  # noqa: B018
        runner.optim_wrapper = runner.build_optim_wrapper(runner.optim_wrapper)
    if config.get('resume'):
        check_resumable(config.load_from, unwrapped(runner.model))
    elif config.get('load_from') and '://' not in config.load_from:
        load_checkpoint_file(config.load_from)
    with _told_at_the_end(runner, args.config):
        runner.train()
    return _result(runner) if is_main_process() else []


def choose_folder(config: Config, args: argparse.Namespace, fixed: bool) -> None:
    """Decide where the run lies and from which checkpoint it goes on.

    Args:
        config: Its ``work_dir`` becomes the run's folder.
        args: Parsed options ``resume, smoke, tensorboard``.
        fixed: Whether ``work_dir`` is that folder already; otherwise runs have
            folders of their own in it.

    Raises:
        SpondyloError: If there is nothing to resume, or the folder holds another
            training.
    """
    given = args.resume if args.resume != 'auto' else None
    if not fixed:
        if given:
            folder = run_folder_of(given)
        else:
            folder = newest_run(config.work_dir, args.smoke) if args.resume else None
        config.work_dir = str(folder or new_run_folder(config.work_dir, args.smoke))
    add_logs(config, args.tensorboard)
    if not args.resume:
        if config.get('resume') and not config.get('load_from'):
            raise SpondyloError(
                'the setting resume=True alone names no checkpoint; leave it out and '
                'pass --resume, which takes the last one'
            )
        check_unused(config.work_dir)
        return
    if given:
        load_checkpoint_file(given)
    path = Path(given) if given else last_checkpoint(config.work_dir)
    if path is not None:
        # The checkpoint has all the weights; do not fetch pretrained ones first.
        forget_pretrained(config)
        config.resume, config.load_from = True, str(path)
    elif not (Path(config.work_dir) / TRAINING_RECORD).is_file():
        raise SpondyloError(
            f'{config.work_dir}: holds no checkpoint to resume from; start without '
            '--resume'
        )
    # Otherwise it was stopped in its first epoch and begins anew, as it did then.


def write_picture(
    folder: str | Path, best_by: str | None, greatest: bool
) -> Path | None:
    """Draw the curves of a run into its folder.

    Args:
        folder: Of the run.
        best_by: Value that chooses the best checkpoint.
        greatest: Whether its greatest is the best.

    Returns:
        The picture; ``None`` if nothing was logged.
    """
    figure = training_curves(load_scalars(Path(folder)), None, best_by, greatest)
    if figure is None:
        return None
    path = Path(folder) / PICTURE
    with atomic_file(path) as temporary:
        temporary.write_bytes(to_png(figure))
    return path


@contextmanager
def _told_at_the_end(runner: Runner, config: str) -> Iterator[None]:
    """Complete the record and draw the curves, however the training ends."""
    record, status, reason = record_hook(runner), None, None
    try:
        with explain_training_failure(runner.work_dir), explain_download_failure():
            yield
    except KeyboardInterrupt:
        status = 'interrupted'
        runner.logger.warning(how_to_resume(runner.work_dir, config))
        raise
    except Exception as error:
        status, reason = 'failed', str(error).strip().rpartition('\n')[2]
        raise
    finally:
        if is_main_process():
            try:
                if record is not None and status:
                    record.give_up(runner, status, reason)
                checkpoint = runner.cfg.default_hooks.get('checkpoint') or {}
                greatest = checkpoint.get('rule') == 'greater'
                write_picture(runner.work_dir, checkpoint.get('save_best'), greatest)
            except (SpondyloError, OSError) as error:
                # On a full disk nothing can be written; the first error is told.
                runner.logger.warning(f'the record is incomplete: {error}')


def _result(runner: Runner) -> list[str]:
    folder = Path(runner.work_dir)
    best = sorted(folder.glob('best_*.pth'), key=lambda path: path.stat().st_mtime)
    return [f'run: {folder}', f'trained: {best[-1] if best else folder}']
