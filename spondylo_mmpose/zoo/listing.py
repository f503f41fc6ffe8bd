"""The models that there are: recipes, their size, weights and results."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spondylo_mmpose.engine.model_facts import ModelFacts
from spondylo_mmpose.engine.recipe import measure_recipe, network_name, recipe_kind
from spondylo_mmpose.engine.run_folder import SMOKE, TRAINING_RECORD
from spondylo_mmpose.engine.weights_file import SUFFIX
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.presentation.cells import Column
from spondylo_mmpose.presentation.tables import Table
from spondylo_mmpose.utils.io import file_digest
from spondylo_mmpose.zoo.run_results import best_checkpoint, results_of

SHOWN: Mapping[str, Column] = {
    'corner/MRE_px': Column('MRE', 'px'),
    'corner/SDR@5px': Column('SDR 5 px', '%', '{:.1f}'),
    'spine/F1': Column('F1', '%', '{:.1f}'),
    'spine/SDR@5px': Column('SDR 5 px end to end', '%', '{:.1f}'),
}
"""Results in the list: the first two with given boxes, the others end to end."""


@dataclass(frozen=True)
class Listed:
    """One recipe.

    Attributes:
        config: File of the recipe.
        kind: See :func:`.recipe_kind`.
        network: Its classes.
        model: Its size.
        weights: The best checkpoint of its newest run that was tested, else of its
            newest run, else a published file; ``None`` without any.
        results: Values of :data:`SHOWN` that were measured of these weights.
    """

    config: Path
    kind: str
    network: str
    model: ModelFacts
    weights: Path | None
    results: Mapping[str, float]


def list_models(
    recipes: Iterable[Path],
    work_dirs: str | Path = 'work_dirs',
    published: str | Path | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> tuple[list[Listed], list[str]]:
    """Measure recipes and look for their weights.

    Args:
        recipes: Files.
        work_dirs: Folder with a folder of runs for each recipe.
        published: Folder in which :func:`.publish` wrote, at any depth.
        say: Called with the name of each recipe before it is built.

    Returns:
        The recipes, and what is wrong with runs that were passed over.

    Raises:
        SpondyloError: If a recipe cannot be built.
    """
    listed, faults = [], []
    for path in recipes:
        say(path.stem)
        config, facts = measure_recipe(path)
        weights, results, wrong = _trained(Path(work_dirs) / path.stem)
        faults += wrong
        if weights is None and published is not None:
            found = sorted(Path(published).rglob(f'{path.stem}-*{SUFFIX}'))
            weights = found[-1] if found else None
        listed.append(
            Listed(
                path, recipe_kind(config), network_name(config), facts, weights, results
            )
        )
    return listed, faults


def _trained(folder: Path) -> tuple[Path | None, dict[str, float], list[str]]:
    """Best weights of a recipe's runs, their results, and faults of runs."""
    runs = [
        path.parent
        for path in (folder / TRAINING_RECORD, *folder.glob(f'*/{TRAINING_RECORD}'))
        if path.is_file() and not path.parent.name.endswith(SMOKE)
    ]
    newest, faults = None, []
    for run in sorted(runs, key=lambda path: path.name, reverse=True):
        try:
            weights = best_checkpoint(run)
            tests = results_of(run, file_digest(weights))
        except SpondyloError as error:
            faults.append(str(error))
            continue
        results = {
            name: value
            for test in tests
            for name, value in test.metrics.items()
            if name in SHOWN and value is not None
        }
        if results:
            return weights, results, faults
        newest = newest or weights
    return newest, {}, faults


def as_table(models: Sequence[Listed]) -> Table:
    """A table of them."""
    columns = (
        Column('config'),
        Column('kind'),
        Column('network'),
        Column('parameters', 'M', lambda v: f'{v / 1e6:.1f}'),
        Column('FLOPs', 'G', lambda v: f'{v / 1e9:.3g}'),
        Column('input', 'px'),
        Column('weights'),
        *SHOWN.values(),
    )
    rows = [
        [
            one.config.stem,
            one.kind,
            one.network,
            one.model.parameters,
            one.model.flops,
            None
            if one.model.input_size is None
            else '{} x {}'.format(*one.model.input_size),
            None if one.weights is None else str(one.weights),
            *(one.results.get(name) for name in SHOWN),
        ]
        for one in models
    ]
    notes = [
        'FLOPs: multiply-adds of one pass, each counted once; of a top-down model for '
        'each vertebra, of one that finds regions for an empty film',
        'MRE and SDR: of the weights in that row, with given boxes; F1 and SDR end to '
        'end: from the film alone',
        *(
            f'{one.config.stem}: {one.model.flops_reason}'
            for one in models
            if one.model.flops_reason
        ),
    ]
    return Table('Models', columns, rows, notes)


def as_json(models: Sequence[Listed]) -> list[dict[str, Any]]:
    """What JSON says of them; ``null`` where nothing was measured."""
    return [
        {
            'config': str(one.config),
            'kind': one.kind,
            'network': one.network,
            'parameters': one.model.parameters,
            'flops': one.model.flops,
            'flops_reason': one.model.flops_reason,
            'input_size': one.model.input_size,
            'weights': None if one.weights is None else str(one.weights),
            'results': {name: one.results.get(name) for name in SHOWN},
        }
        for one in models
    ]
