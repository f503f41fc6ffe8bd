"""Testing as ``tools/test.py`` does it."""

import argparse
import os
from pathlib import Path
from typing import cast

from mmengine.dist import is_main_process
from mmengine.model import is_model_wrapper
from torch import nn

from spondylo_mmpose.engine.checkpoint import check_fits
from spondylo_mmpose.engine.launch import (
    apply_common_options,
    build_runner,
    drop_pretrained,
    load_config,
)
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.io import write_json


def run_test(args: argparse.Namespace) -> list[str]:
    """Test a checkpoint; see ``tools/test.py --help`` for the options.

    Args:
        args: Parsed options.

    Returns:
        Lines that say what was written where.

    Raises:
        SpondyloError: If the config, the data or the checkpoint fails.
    """
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    if args.dump and Path(args.dump).suffix not in ('.pkl', '.pickle'):
        raise SpondyloError(f'{args.dump}: --dump writes a pickle; name it *.pkl')
    config = load_config(args.config, args.cfg_options)
    apply_common_options(config, args)
    # The checkpoint has all the weights; do not fetch pretrained ones first.
    config.from_scratch = None
    drop_pretrained(config)
    config.load_from = str(args.checkpoint)
    if args.dump:
        evaluators = config.test_evaluator
        if isinstance(evaluators, dict):
            evaluators = [evaluators]
        dump = {'type': 'AtomicDumpResults', 'out_file_path': args.dump}
        config.test_evaluator = [*evaluators, dump]
    runner = build_runner(config)
    check_fits(args.checkpoint, _unwrapped(runner.model))
    metrics = runner.test()
    if not is_main_process():
        return []
    written = [f'predictions: {args.dump}'] if args.dump else []
    if args.out:
        write_json(args.out, metrics)
        written.append(f'metrics: {args.out}')
    return written


def _unwrapped(model: nn.Module) -> nn.Module:
    return cast(nn.Module, model.module) if is_model_wrapper(model) else model
