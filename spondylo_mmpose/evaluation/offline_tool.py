"""Offline evaluation as ``tools/evaluate.py`` does it."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from spondylo_mmpose.converters.annotation_file import read_annotation_file
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.film_pairs import threshold_note
from spondylo_mmpose.evaluation.film_predictions import joined_predictions
from spondylo_mmpose.evaluation.floors import floor_text
from spondylo_mmpose.evaluation.mean_predictions import mean_predictions
from spondylo_mmpose.evaluation.offline import evaluate
from spondylo_mmpose.evaluation.offline_report import evaluation_json, evaluation_text
from spondylo_mmpose.evaluation.prediction_files import read_predictions
from spondylo_mmpose.evaluation.prediction_json import write_predictions
from spondylo_mmpose.evaluation.result_files import write_result_files
from spondylo_mmpose.evaluation.truth import read_truth
from spondylo_mmpose.utils.io import check_writable, make_folder, write_json


def run_evaluate(args: argparse.Namespace) -> list[str]:
    """Measure predictions; see ``tools/evaluate.py --help`` for the options.

    Args:
        args: Parsed options.

    Returns:
        The table, and lines that say what was written where.

    Raises:
        SpondyloError: If a file is wrong, or they do not belong together.
    """
    if not args.annotations and (args.json or args.out or not args.save_json):
        raise SpondyloError(
            'name the annotation files to measure with, e.g. ROOT/annotations/test.json'
        )
    if args.out and args.fit_to_boxes:
        raise SpondyloError(
            f'--out {args.out}: the files of a run are of corners as a model told '
            'them; take --json with --fit-to-boxes'
        )
    for target in filter(None, (args.json, args.save_json)):
        check_writable(target)
    if args.out:
        is_new = not Path(args.out).exists()
        make_folder(args.out, '--out')
    try:
        return _measured(args)
    except SpondyloError:
        if args.out and is_new:
            with suppress(OSError):  # not where it holds a file
                Path(args.out).rmdir()
        raise


def _measured(args: argparse.Namespace) -> list[str]:
    truth = read_truth(args.annotations)
    models = [[args.predictions, *args.more], *args.mean_with]
    files = [path for model in models for path in model]
    sets = [
        joined_predictions([read_predictions(path, truth.contents) for path in model])
        for model in models
    ]
    with _naming(files):
        predictions = mean_predictions(sets) if args.mean_with else sets[0]
    lines = []
    if args.annotations:
        with _naming(files):
            evaluation = evaluate(
                predictions,
                truth,
                given_boxes=args.given_boxes,
                allow_missing=args.allow_missing,
                fitted=args.fit_to_boxes,
                score_threshold=args.score_threshold,
                no_slip_threshold=args.no_slip_threshold,
                intervals=args.intervals,
            )
        if args.mean_with:
            lines.append(f'corners: the mean of {len(models)} models')
        lines.append(evaluation_text(evaluation))
        least = evaluation.metrics.get('spine/least_score', float('nan'))
        if note := threshold_note(args.score_threshold, least):
            lines.append(f'note: {note}')
        if args.floor:
            if not evaluation.given_boxes:
                raise SpondyloError(
                    '--floor tells what the boxes give away; these predictions were '
                    'made without them'
                )
            contents = [read_annotation_file(Path(path)) for path in args.floor]
            told = floor_text(evaluation.records, contents, fitted=args.fit_to_boxes)
            lines.append(told)
        if args.json:
            result = evaluation_json(evaluation, predictions, files, args.annotations)
            lines.append(f'metrics: {write_json(args.json, result)}')
        if args.out:
            written = write_result_files(
                args.out, evaluation.metrics, evaluation.records, evaluation.pairs
            )
            lines += [f'written: {path}' for path in written]
    if args.save_json:
        path = write_predictions(args.save_json, predictions)
        lines.append(f'predictions: {path}')
    return lines


@contextmanager
def _naming(files: Sequence[str]) -> Iterator[None]:
    try:
        yield
    except SpondyloError as error:
        raise SpondyloError(f'{", ".join(files)}: {error}') from error
