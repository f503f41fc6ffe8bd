"""Does every recipe train, resume, test and learn? On a handful of phantoms."""

import argparse
import csv
import math
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from mmengine.config import ConfigDict

from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.engine.recipe import TOP_DOWN, find_recipes
from spondylo_mmpose.engine.smoke import EPOCHS
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.experiments.folder_lock import is_locked, locked
from spondylo_mmpose.experiments.recipes import Recipe, read_recipe, read_recipes
from spondylo_mmpose.experiments.run_cleaning import drop_checkpoints
from spondylo_mmpose.experiments.series import Series, training_of
from spondylo_mmpose.experiments.series_tool import (
    LOGS,
    side_by_side,
    tell_failures,
)
from spondylo_mmpose.experiments.state import SeriesState
from spondylo_mmpose.experiments.steps import Steps
from spondylo_mmpose.phantom.writer import write_phantoms
from spondylo_mmpose.utils.io import make_folder, write_json

TABLE = 'smoke.json'
"""Results; the mark of a folder that may be replaced."""

PHANTOMS, SEED = 16, 0
CROPS, FILMS = 2, 1
"""Batch sizes: enough steps in an epoch to learn something from few samples."""

_HOOK = 'spondylo_mmpose.experiments.repeated_epoch_hook'


@dataclass(frozen=True)
class Outcome:
    """What a trial of a recipe showed.

    Attributes:
        recipe: Its name.
        parameters: Of the model.
        seconds: Of training, resumed training and test together.
        first: Mean loss of the first epoch, NaN where it did not come so far.
        last: Mean loss of the last epoch, over the same batches.
        ok: Whether all went well.
    """

    recipe: str
    parameters: int | None
    seconds: float
    first: float
    last: float
    ok: bool


def run_smoke(args: argparse.Namespace, tools: Path) -> int:
    """Try recipes; see ``tools/smoke.py --help`` for the options.

    Args:
        args: Parsed options.
        tools: Folder of the tools.

    Returns:
        Exit status: 0, or 1 if a recipe failed.

    Raises:
        SpondyloError: If nothing could begin.
    """
    paths = args.configs or find_recipes(tools.parent / 'configs')
    read_recipes(paths)  # all of them, before anything is removed
    _empty(args.out)
    with locked(args.out) as lock:
        data = args.out / 'phantoms'
        write_phantoms(data, PHANTOMS, SEED, 'coco', workers=1)
        state = SeriesState(args.out / 'runs', {'smoke': True})
        recipes = read_recipes([derive(p, args.out / 'recipes', data) for p in paths])
        options = ['--smoke', '--no-pretrained']
        series = Series(
            folder=args.out / 'runs',
            recipes=recipes,
            steps=Steps(tools, args.out / LOGS, lock),
            state=state,
            train_options=options,
            test_options=[],
        )

        def check(recipe: Recipe, folder: Path) -> None:
            before = losses(folder / 'train.csv')
            first = folder / 'epoch_1.pth'
            again = [recipe.path, '--work-dir', folder, *options, '--resume', first]
            series.step(recipe, 'resume', again)
            if losses(folder / 'train.csv') != before:
                raise SpondyloError(
                    'resumed after the first epoch, it learns otherwise'
                )
            # All recipes together would fill gigabytes; the best are tested.
            drop_checkpoints(folder)
            check_falls(before)

        series.after_training = check
        series.run()
        outcomes = [outcome(series, recipe) for recipe in recipes]
        lines = side_by_side(series)
        write_json(args.out / TABLE, [asdict(one) for one in outcomes])
    print('\n'.join([*lines[-1:], '', *table(outcomes), '']), flush=True)
    return tell_failures(series.failures)


def derive(path: Path, folder: Path, data: Path) -> Path:
    """Write a recipe's trial: as it is, but for what makes its losses comparable.

    Args:
        path: The recipe.
        folder: Folder for the trial's config, which bears the same name.
        data: Data set to train and test on.
    """
    config = load_config(path, {'data_root': str(data)})
    hooks = config.get('custom_hooks') or ()
    config.custom_hooks = [
        # Larger films have larger losses, however much was learned.
        *(hook for hook in hooks if hook.type != 'GrowingInputHook'),
        ConfigDict(type='RepeatedEpochHook'),
    ]
    imports = config.setdefault('custom_imports', ConfigDict(imports=[]))
    imports.imports = [*imports.imports, _HOOK]
    # The loss of each step, not a mean of the last ten.
    config.setdefault('log_processor', ConfigDict()).window_size = 1
    config.train_dataloader.batch_size = (
        CROPS if read_recipe(path).kind == TOP_DOWN else FILMS
    )
    target = make_folder(folder, '--out') / path.name
    config.dump(target)
    return target


def losses(path: Path) -> dict[int, list[float]]:
    """Losses of each epoch, step by step, from ``train.csv``.

    Raises:
        SpondyloError: If the file is missing or something else.
    """
    by_epoch: dict[int, list[float]] = {}
    try:
        with path.open(newline='') as stream:
            for row in csv.DictReader(stream):
                loss = float(row['loss'] or 'nan')
                by_epoch.setdefault(int(row['epoch']), []).append(loss)
    except (OSError, KeyError, ValueError) as error:
        raise SpondyloError(f'{path}: tells no losses ({error})') from error
    return by_epoch


def check_falls(by_epoch: dict[int, list[float]]) -> None:
    """Make sure that the last epoch's loss is below the first one's.

    Both saw the same batches in the same order (:class:`.RepeatedEpochHook`): a model
    that learns nothing has the same loss twice.

    Raises:
        SpondyloError: If it is not, or an epoch is missing.
    """
    numbers = {epoch: len(values) for epoch, values in by_epoch.items()}
    if sorted(numbers) != list(range(1, EPOCHS + 1)) or len(set(numbers.values())) > 1:
        raise SpondyloError(f'logged so many steps in epochs: {numbers}')
    first, last = mean(by_epoch[1]), mean(by_epoch[EPOCHS])
    # NaN fails too.
    if not last < first:
        raise SpondyloError(
            f'the loss does not fall: {first:.5g} in the first epoch, {last:.5g} in '
            'the last'
        )


def mean(values: Sequence[float]) -> float:
    """Mean; NaN of nothing."""
    return math.fsum(values) / len(values) if values else math.nan


def outcome(series: Series, recipe: Recipe) -> Outcome:
    """Gather what the trial of a recipe showed."""
    folder = series.run_of(recipe)
    try:
        by_epoch = losses(folder / 'train.csv')
    except SpondyloError:
        by_epoch = {}
    entry = series.state.entry(recipe)
    return Outcome(
        recipe=recipe.name,
        parameters=(training_of(folder).get('model') or {}).get('parameters'),
        seconds=round(math.fsum(entry['seconds'].values()), 1),
        first=mean(by_epoch.get(1, [])),
        last=mean(by_epoch.get(EPOCHS, [])),
        ok=entry.get('status') == 'done',
    )


def table(outcomes: Sequence[Outcome]) -> list[str]:
    """Lines of a table."""
    width = max(len(one.recipe) for one in outcomes)
    head = ('recipe', 'parameters', 'seconds', 'first loss', 'last loss')
    rows = [
        (
            one.recipe,
            '?' if one.parameters is None else f'{one.parameters:,}',
            f'{one.seconds:.0f}',
            f'{one.first:.5g}',
            f'{one.last:.5g}',
            'ok' if one.ok else 'FAILED',
        )
        for one in outcomes
    ]
    return [
        f'{name:<{width}}  {count:>11}  {time:>7}  {first:>10}  {last:>10}  {ok}'
        for name, count, time, first, last, ok in [(*head, ''), *rows]
    ]


def _empty(out: Path) -> None:
    """Remove what an earlier trial left; nothing else."""
    if is_locked(out):
        raise SpondyloError(f'{out}: another trial is running there')
    if out.is_dir() and any(path.name[0] != '.' for path in out.iterdir()):
        if not (out / TABLE).is_file():
            raise SpondyloError(
                f'{out}: is not empty and no earlier trial; choose another --out'
            )
        shutil.rmtree(out)
    write_json(make_folder(out, '--out') / TABLE, [])
