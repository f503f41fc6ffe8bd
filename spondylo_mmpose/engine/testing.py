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
from spondylo_mmpose.engine.end_to_end import (
    END_TO_END_FOLDER,
    load_detector,
    load_parts,
    look_for_boxes,
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
    if args.save_boxes and Path(args.save_boxes).suffix != '.json':
        raise SpondyloError(f'{args.save_boxes}: boxes are JSON; name it *.json')
    end_to_end = bool(args.detector or args.bbox_file)
    if args.passes is not None and not end_to_end:
        raise SpondyloError(
            f'--passes {args.passes}: given boxes are looked at once; name what finds '
            'them with --detector or --bbox-file'
        )
    # Before the test, which may take long.
    for target in filter(None, (args.dump, args.out, args.save_boxes)):
        check_writable(target)
    content = load_checkpoint_file(args.checkpoint)
    detector = load_detector(*args.detector) if args.detector else None
    config = load_config(args.config, args.cfg_options)
    apply_common_options(config, args)
    if end_to_end and args.work_dir is None:
        config.work_dir = str(Path(config.work_dir) / END_TO_END_FOLDER)
    # The checkpoint has all the weights; do not fetch pretrained ones first.
    forget_pretrained(config)
    if end_to_end:
        look_for_boxes(config, detector, args.bbox_file, args.passes)
    else:
        config.load_from = str(args.checkpoint)
    config.test_evaluator = _with_files(config.test_evaluator, args)
    runner = build_runner(config)
    if end_to_end:
        load_parts(runner, args.checkpoint, content, detector)
    else:
        check_fits(args.checkpoint, unwrapped(runner.model), content)
    with explain_config_errors(config):
        runner.test_loop  # noqa: B018  (built when first looked at, data sets too)
    metrics = runner.test()
    if not is_main_process():
        return []
    written = [f'predictions: {args.dump}'] if args.dump else []
    if args.save_boxes:
        written.append(f'boxes: {args.save_boxes}')
    if args.out:
        write_json(args.out, metrics)
        written.append(f'metrics: {args.out}')
    # Last: it holds the digest of the dump, which is complete only now.
    boxes = args.detector[1] if args.detector else args.bbox_file
    facts = collect_facts(runner, args.checkpoint, content, args.dump, boxes)
    written.append(f'run: {write_facts(Path(config.work_dir) / RUN_FACTS, facts)}')
    return written


def _with_files(evaluators: dict | list[dict], args: argparse.Namespace) -> list[dict]:
    """Evaluators with the files that are asked for now.

    The config of an earlier test names the files of that one, which stay as they are.
    """
    evaluators = [evaluators] if isinstance(evaluators, dict) else evaluators
    # The prefix is for detectors, whose configs live in MMDet's scope.
    files = {
        'mmpose.AtomicDumpResults': args.dump,
        'mmpose.CocoBoxResults': args.save_boxes,
    }
    names = {name.partition('.')[2] for name in files}
    kept = [one for one in evaluators if one['type'].rpartition('.')[2] not in names]
    return kept + [
        {'type': name, 'out_file_path': path} for name, path in files.items() if path
    ]
