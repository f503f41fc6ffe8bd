"""Testing as ``tools/test.py`` does it."""

import argparse
import os
from pathlib import Path

from mmengine.dist import is_main_process

from spondylo_mmpose.engine.checkpoint import (
    check_fits,
    load_checkpoint_file,
    unwrapped,
)
from spondylo_mmpose.engine.launch import (
    apply_common_options,
    build_runner,
    explain_config_errors,
    forget_pretrained,
    load_config,
)
from spondylo_mmpose.engine.run_facts import RUN_FACTS, collect_facts, write_facts
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.io import check_writable, write_json


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
    # Before the test, which may take long.
    for target in filter(None, (args.dump, args.out)):
        check_writable(target)
    content = load_checkpoint_file(args.checkpoint)
    config = load_config(args.config, args.cfg_options)
    apply_common_options(config, args)
    # The checkpoint has all the weights; do not fetch pretrained ones first.
    forget_pretrained(config)
    config.load_from = str(args.checkpoint)
    config.test_evaluator = _with_dump(config.test_evaluator, args.dump)
    runner = build_runner(config)
    check_fits(args.checkpoint, unwrapped(runner.model), content)
    with explain_config_errors(config):
        runner.test_loop  # noqa: B018  (built when first looked at, data sets too)
    metrics = runner.test()
    if not is_main_process():
        return []
    written = [f'predictions: {args.dump}'] if args.dump else []
    if args.out:
        write_json(args.out, metrics)
        written.append(f'metrics: {args.out}')
    # Last: it holds the digest of the dump, which is complete only now.
    facts = collect_facts(runner, args.checkpoint, content, args.dump)
    written.append(f'run: {write_facts(Path(config.work_dir) / RUN_FACTS, facts)}')
    return written


def _with_dump(evaluators: dict | list[dict], dump: str | None) -> list[dict]:
    """Evaluators with the dump that is asked for now.

    The config of an earlier test names the dump of that one, which stays as it is.
    """
    evaluators = [evaluators] if isinstance(evaluators, dict) else evaluators
    kept = [one for one in evaluators if one.get('type') != 'AtomicDumpResults']
    own = [{'type': 'AtomicDumpResults', 'out_file_path': dump}] if dump else []
    return [*kept, *own]
