"""A series of trainings as ``tools/train_all.py`` makes it."""

import argparse
import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from spondylo_mmpose.engine.smoke import EPOCHS
from spondylo_mmpose.errors import SpondyloError, one_line
from spondylo_mmpose.experiments.folder_lock import locked
from spondylo_mmpose.experiments.options import command_line, handed_on
from spondylo_mmpose.experiments.recipes import Recipe, read_recipes
from spondylo_mmpose.experiments.series import FoundBy, Series, kinds_to_compare
from spondylo_mmpose.experiments.state import SeriesState
from spondylo_mmpose.experiments.steps import Steps
from spondylo_mmpose.reporting.compare.tool import run_compare
from spondylo_mmpose.reporting.report_tool import run_report
from spondylo_mmpose.spine.measurements import NO_SLIP_THRESHOLD

COMPARISON = 'comparison'
REPORT = 'report.html'
LOGS = 'logs'


def run_train_all(args: argparse.Namespace, tools: Path) -> int:
    """Train and test a list of recipes; see ``tools/train_all.py --help``.

    Args:
        args: Parsed options.
        tools: Folder of the tools.

    Returns:
        Exit status: 0, or 1 if a part failed, which is said.

    Raises:
        SpondyloError: If nothing could begin.
        KeyboardInterrupt: After Ctrl-C, with a line on how to go on.
    """
    recipes = read_recipes(args.configs, args.cfg_options)
    detector = find_detector(args.detector, recipes)
    options = handed_on(args)
    if args.smoke:
        recipes = [replace(recipe, epochs=EPOCHS) for recipe in recipes]
    with locked(args.out) as lock:
        series = Series(
            folder=args.out,
            recipes=recipes,
            steps=Steps(tools, args.out / LOGS, lock),
            state=SeriesState(args.out, options),
            train_options=command_line(options),
            test_options=test_options(options),
            detector=detector,
        )
        order = ', '.join(recipe.name for recipe in recipes)
        print(f'{len(recipes)} recipes: {order}; results in {args.out}', flush=True)
        try:
            series.run()
        except KeyboardInterrupt:
            print(f'stopped; go on with the same command: {typed()}', file=sys.stderr)
            raise
        for line in side_by_side(series):
            print(line)
    return tell_failures(series.failures)


def test_options(options: dict) -> list[str]:
    """Options of the series that hold for tests as well."""
    shared = ('cfg_options', 'device')
    return command_line({k: v for k, v in options.items() if k in shared})


def find_detector(
    named: Sequence[str] | None, recipes: Sequence[Recipe]
) -> FoundBy | None:
    """What ``--detector`` names.

    Args:
        named: A config, and a checkpoint unless the series trains the detector.
        recipes: Of the series.

    Raises:
        SpondyloError: If it is neither in the series nor has a checkpoint.
    """
    if not named:
        return None
    config, checkpoint, *more = [Path(path) for path in named] + [None] * (
        len(named) < 2
    )
    if more or config is None:
        raise SpondyloError(
            '--detector takes CONFIG or CONFIG CHECKPOINT; name the recipes before it'
        )
    if checkpoint is None:
        inside = {recipe.path.resolve(): recipe for recipe in recipes}
        if config.resolve() not in inside:
            raise SpondyloError(
                f'--detector {config}: is not among the recipes; add it to them, or '
                'name its checkpoint too'
            )
        return FoundBy(config)
    for path in (config, checkpoint):
        if not path.is_file():
            raise SpondyloError(f'--detector {path}: no such file')
    return FoundBy(config, checkpoint)


def side_by_side(series: Series) -> list[str]:
    """Write the comparison and the report of what was tested.

    Args:
        series: Its failures get those of this step.

    Returns:
        The tables, and lines that say what was written where.
    """
    tested = series.tested()
    if not tested:
        return []
    lines: list[str] = []
    comparison = argparse.Namespace(
        runs=kinds_to_compare(tested),
        out=series.folder / COMPARISON,
        annotations=[],
        baseline=[],
        sort=None,
        common_films=False,
        score_threshold=None,
        no_slip_threshold=NO_SLIP_THRESHOLD,
    )
    report = argparse.Namespace(
        runs=[f'{name}={path}' for _, name, path in tested],
        annotations=[],
        out=series.folder / REPORT,
        title='Experiments',
        section=[],
        films=3,
        film_names=False,
        intervals=True,
        heatmaps=None,
        score_threshold=None,
        no_slip_threshold=NO_SLIP_THRESHOLD,
    )
    try:
        lines += run_compare(comparison)
    except SpondyloError as error:
        series.failures[COMPARISON] = str(error)
    try:
        lines.append(run_report(report)[-1])
    except SpondyloError as error:
        series.failures['report'] = str(error)
    except Exception as error:
        # The trainings are there; a page that fails must not hide that.
        series.failures['report'] = one_line(error)
    return lines


def tell_failures(failures: dict[str, str]) -> int:
    """List what failed.

    Returns:
        Exit status.
    """
    for what, reason in failures.items():
        print(f'failed: {what}: {reason}', file=sys.stderr)
    return 1 if failures else 0


def typed() -> str:
    """The command as it was typed."""
    return shlex.join(['python', *sys.argv])
