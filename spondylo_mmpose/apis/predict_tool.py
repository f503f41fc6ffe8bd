"""The command line of ``tools/predict.py``."""

import argparse

from spondylo_mmpose.apis.batch import Batch, BatchOutcome, prepare
from spondylo_mmpose.apis.exported_models import ENDING, exported
from spondylo_mmpose.apis.inferencer import BACKENDS, SpineInferencer
from spondylo_mmpose.apis.named_models import find_model
from spondylo_mmpose.dicom_output.kinds import parse_kinds
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report.options import check_options
from spondylo_mmpose.film_report.spine_report import ReportOptions
from spondylo_mmpose.spine.anatomy import LEVELS
from spondylo_mmpose.utils.folder_lock import alone_in

DEVICES = ('auto', 'cuda', 'mps', 'cpu')


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the tool."""
    parser.add_argument(
        'inputs', nargs='+', metavar='INPUT', help='films, folders of films, patterns'
    )
    parser.add_argument('--out', required=True, metavar='DIR', help='write it here')
    add_model_options(parser)
    add_film_options(parser)
    run = parser.add_argument_group('the run')
    add_run_options(run)
    run.add_argument(
        '--dicom',
        metavar='KINDS',
        help='write these for films that are DICOM files, as new series of their '
        'studies: sc (picture), sr (structured report), or sc,sr',
    )
    run.add_argument(
        '--no-review',
        dest='review',
        action='store_false',
        help='write no review pages (docs/review.md)',
    )
    again = run.add_mutually_exclusive_group()
    again.add_argument(
        '--skip-existing',
        action='store_true',
        help='keep reports that the same model made of the same films',
    )
    again.add_argument(
        '--force', action='store_true', help='replace the reports of an earlier run'
    )


def add_film_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that tell of films."""
    film = parser.add_argument_group('what is known of the films')
    film.add_argument(
        '--spacing',
        metavar='X[,Y]',
        help='size of a pixel in mm, in x and y where they differ; goes before what a '
        'DICOM file tells',
    )
    film.add_argument(
        '--pixel-aspect',
        type=float,
        metavar='RATIO',
        help='spacing in x over spacing in y, where that alone is known: 1 for square '
        'pixels. Angles need it',
    )
    film.add_argument(
        '--facing',
        choices=('left', 'right'),
        help='image side that is anterior; inferred from the spine if left out',
    )
    film.add_argument(
        '--levels',
        metavar='LOWEST',
        choices=LEVELS,
        help='level of the lowest vertebra that is found, e.g. L5',
    )


def add_run_options(run: argparse._ArgumentGroup) -> None:
    """Add the options that tell how a model is run."""
    run.add_argument(
        '--batch-size',
        type=int,
        default=4,
        metavar='N',
        help='films that go through the network together (default: %(default)s)',
    )
    run.add_argument(
        '--device',
        choices=DEVICES,
        default='auto',
        help='compute on this; auto (default) takes a GPU where there is one',
    )
    run.add_argument(
        '--backend',
        choices=BACKENDS,
        help='onnx runs a named model by onnxruntime: exported at its first use, it '
        'starts in a second from then on; default torch, but for FILE.onnx',
    )
    run.add_argument(
        '--score-threshold',
        type=float,
        default=ReportOptions.score_threshold,
        metavar='SCORE',
        help='least score of a vertebra that counts; default %(default)s',
    )


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that name a model."""
    model = parser.add_argument_group('the model')
    model.add_argument(
        '--model', metavar='NAME', help='its name, or folder of published weights'
    )
    model.add_argument('--config', help='its recipe, instead of --model')
    model.add_argument(
        '--checkpoint', help='weights that go with --config, or FILE.onnx without one'
    )
    model.add_argument(
        '--detector',
        nargs='+',
        metavar=('CONFIG', 'CHECKPOINT'),
        help='finds the vertebrae for a top-down model; or one name, as with --model',
    )
    model.add_argument(
        '--calibration',
        metavar='FILE.json',
        help="what validation says of the model's errors; slips have no interval "
        'without',
    )
    screen = model.add_mutually_exclusive_group()
    screen.add_argument(
        '--screen',
        metavar='FILE.json',
        help='limits that tell films of another kind (tools/fit_screen.py); rules for '
        'all models without',
    )
    screen.add_argument(
        '--no-screen',
        action='store_true',
        help='measure whatever the film shows',
    )
    model.add_argument(
        '--passes',
        type=int,
        choices=(1, 2, 3),
        help='times that a top-down model looks; default: as its recipe says, or 1',
    )


def predict(args: argparse.Namespace) -> BatchOutcome:
    """Measure the films that a command line names.

    Args:
        args: Parsed options.

    Raises:
        SpondyloError: If the command line makes no sense, a file of the model is no
            such thing, another program writes into the folder, or the outputs cannot be
            written. What is wrong with single films is counted instead.
    """
    options = report_options(args)
    dicom = parse_kinds(args.dicom)
    films = prepare(args.inputs, args.out, args.skip_existing, args.force)
    with alone_in(args.out):
        inferencer = build_inferencer(args)
        batch = Batch(inferencer, films, args.out, options, dicom, args.review)
        return batch.run(args.skip_existing)


def report_options(args: argparse.Namespace) -> ReportOptions:
    """What reports are asked for.

    Raises:
        SpondyloError: If that makes no sense.
    """
    return check_options(
        ReportOptions(
            facing=args.facing,
            spacing_mm=_spacing(args.spacing),
            pixel_aspect=args.pixel_aspect,
            lowest_level=args.levels,
            score_threshold=args.score_threshold,
        )
    )


def build_inferencer(args: argparse.Namespace) -> SpineInferencer:
    """Build what :func:`add_model_options` names.

    Raises:
        SpondyloError: If the options contradict each other or a file is no such thing.
    """
    if args.model and (args.config or args.checkpoint):
        raise SpondyloError('name --model, or --config and --checkpoint, not both')
    is_exported = str(args.checkpoint or '').endswith(ENDING)
    if bool(args.config) != bool(args.checkpoint) and not is_exported:
        raise SpondyloError('--config and --checkpoint go together; name both')
    if args.backend == 'onnx' and args.checkpoint and not is_exported:
        raise SpondyloError(
            f'{args.checkpoint}: is no exported model; make one with tools/export.py '
            'for --backend onnx'
        )
    if args.backend == 'torch' and is_exported:
        raise SpondyloError(f'{args.checkpoint}: runs with --backend onnx alone')
    onnx = args.backend == 'onnx' or is_exported
    settings = {
        'device': args.device,
        'batch_size': args.batch_size,
        'passes': args.passes,
        'detector': _detector(args.detector, onnx),
        'backend': 'onnx' if onnx else 'torch',
    }
    if args.calibration:
        settings['calibration'] = args.calibration
    if args.screen or args.no_screen:
        settings['screen'] = args.screen or False
    if args.checkpoint:
        return SpineInferencer(args.config, args.checkpoint, **settings)
    return SpineInferencer.from_model(args.model, **settings)


def _detector(told: list[str] | None, onnx: bool) -> tuple[str | None, str] | None:
    if not told:
        return None
    if len(told) > 2:
        raise SpondyloError(
            '--detector: takes a name, or a config and a checkpoint, not '
            f'{len(told)} words; put films before it'
        )
    if len(told) == 2:
        return told[0], told[1]
    if told[0].endswith(ENDING):
        return None, told[0]
    files = find_model(told[0])
    if onnx:
        return None, str(exported(files).weights)
    return str(files.config), str(files.weights)


def _spacing(told: str | None) -> tuple[float, float] | None:
    if told is None:
        return None
    try:
        numbers = [float(part) for part in told.split(',')]
    except ValueError:
        numbers = []
    if len(numbers) not in (1, 2):
        raise SpondyloError(
            f'--spacing {told}: must be a number of mm, or two as in 0.15,0.14'
        )
    return numbers[0], numbers[-1]
