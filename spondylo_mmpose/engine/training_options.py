"""Options of ``tools/train.py``, and what they change in a config."""

import argparse
import os

from mmengine.config import Config, ConfigDict

from spondylo_mmpose.engine.launch import (
    enable_amp,
    fuse_optimizer,
    start_from_scratch,
)
from spondylo_mmpose.engine.processes import check_started, share_batch
from spondylo_mmpose.engine.smoke import make_smoke
from spondylo_mmpose.engine.training_hooks import add_training_hooks
from spondylo_mmpose.errors import SpondyloError


def add_training_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of training alone."""
    add = parser.add_argument
    add(
        '--resume',
        nargs='?',
        const='auto',
        metavar='CHECKPOINT',
        help='go on from this checkpoint, or from the last one of --work-dir, or of '
        "the recipe's newest run",
    )
    add(
        '--amp',
        action='store_true',
        help='mixed precision: fp16 on a GPU, bf16 and channels_last on a CPU',
    )
    add('--amp-dtype', choices=['fp16', 'bf16'], help='precision of --amp on a GPU')
    add(
        '--processes',
        type=positive_number,
        default=1,
        metavar='N',
        help="train by N processes that share the recipe's batch: one for each GPU, or "
        'for each core (default: %(default)s)',
    )
    add('--no-pretrained', action='store_true', help='start from random weights')
    add('--no-validate', action='store_true', help='do not validate')
    add(
        '--auto-scale-lr',
        action='store_true',
        help='scale the learning rate with the batch size',
    )
    add('--seed', type=seed_number, help="random seed; the recipe's by default")
    add(
        '--deterministic',
        action='store_true',
        help='use algorithms that repeat bit by bit only (on a CPU all do)',
    )
    add(
        '--smoke',
        action='store_true',
        help='a trial: two epochs of a few films, whatever the recipe says',
    )
    add(
        '--early-stop',
        type=positive_number,
        metavar='N',
        help='end after N validations without improvement',
    )
    add(
        '--freeze-backbone',
        type=positive_number,
        metavar='N',
        help='train the rest alone for N epochs',
    )
    add(
        '--ema',
        type=momentum,
        metavar='MOMENTUM',
        help='validate and keep a moving average of the weights, e.g. 0.002; 0: none',
    )
    add(
        '--keep-best',
        type=positive_number,
        metavar='K',
        help='keep the weights of the K best validations (default: 3)',
    )
    add(
        '--keep-every',
        type=positive_number,
        metavar='N',
        help='keep the checkpoint of every Nth epoch',
    )
    add(
        '--tensorboard',
        action='store_true',
        help='write a log for TensorBoard, which must be installed',
    )


def apply_training_options(config: Config, args: argparse.Namespace) -> None:
    """Apply the options of training alone.

    Args:
        config: Changed in place.
        args: Parsed options of :func:`add_training_options` and ``--cfg-options``.

    Raises:
        SpondyloError: If an option cannot be followed.
    """
    if args.no_pretrained:
        start_from_scratch(config)
    if args.smoke:
        make_smoke(config)
    # Overrides from the command line win over those of other options.
    config.merge_from_dict(args.cfg_options or {})
    if args.processes > 1:
        check_started(args.processes)
        share_batch(config, args.processes)
    fuse_optimizer(config)
    if args.amp:
        enable_amp(config)
    if args.amp_dtype:
        _set_amp_dtype(config, args)
    if args.auto_scale_lr:
        config.auto_scale_lr.enable = True
    if args.seed is not None:
        config.setdefault('randomness', ConfigDict())['seed'] = args.seed
    if args.deterministic:
        make_deterministic(config)
    if args.no_validate:
        config.val_cfg = config.val_dataloader = config.val_evaluator = None
        config.default_hooks.checkpoint.pop('save_best', None)
    add_training_hooks(config, args)


def make_deterministic(config: Config) -> None:
    """Have torch use algorithms that repeat bit by bit, and nothing else."""
    config.setdefault('randomness', ConfigDict())['deterministic'] = True
    config.setdefault('env_cfg', ConfigDict())['cudnn_benchmark'] = False
    # cuBLAS reads it when it is first used.
    os.environ.setdefault('CUBLAS_WORKSPACE_CONFIG', ':4096:8')


def _set_amp_dtype(config: Config, args: argparse.Namespace) -> None:
    if not args.amp:
        raise SpondyloError('--amp-dtype goes with --amp')
    if config.optim_wrapper.type == 'AmpOptimWrapper':
        names = {'fp16': 'float16', 'bf16': 'bfloat16'}
        config.optim_wrapper.dtype = names[args.amp_dtype]
    elif args.amp_dtype == 'fp16':
        raise SpondyloError('--amp-dtype fp16 needs a GPU; a CPU trains in bf16')


def seed_number(text: str) -> int:
    """Parse a seed."""
    value = int(text)
    if not 0 <= value < 2**32:
        raise argparse.ArgumentTypeError(f'{text} is not in 0 .. 2^32-1')
    return value


def positive_number(text: str) -> int:
    """Parse a count of 1 or more."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f'{text} is not 1 or more')
    return value


def momentum(text: str) -> float:
    """Parse the momentum of a moving average."""
    value = float(text)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f'{text} is not in 0 .. 1')
    return value
