"""How useful phantoms are: the error on real films after a fixed small training.

A phantom is useful if a network that saw nothing else finds corners on films, given the
vertebrae's boxes or end to end. Its error on other phantoms does not tell that: crude
ones are easy.
"""

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from tqdm import tqdm

from spondylo_mmpose.benchmarks.short_training import (
    measure,
    train_briefly,
    use_data,
)
from spondylo_mmpose.engine.launch import (
    enable_amp,
    explain_download_failure,
    load_config,
)
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.phantom.traits import TRAITS
from spondylo_mmpose.phantom.writer import write_phantoms
from spondylo_mmpose.utils.io import read_json

PLAIN, ALL = 'plain', 'all'
GIVEN_BOXES = (
    'MRE_px',
    'median_px',
    'SDR@5px',
    'SDR@10px',
    'MRE_px/S1',
    'MRE_px/L5',
    # For films whose px differ in size.
    'MRE_percent_height',
    'median_percent_height',
)
"""Measures of a recipe of crops."""

END_TO_END = (
    'F1',
    'recall',
    'precision',
    'SDR@5px',
    'SDR@10px',
    'MRE_px',
    'median_px',
    'level_shift_rate',
)
"""Measures of a recipe of whole films; misses fail in the SDR."""

Row = dict[str, Any]


def traits_of(name: str) -> tuple[str, ...]:
    """Traits of a set of phantoms by its name.

    Args:
        name: ``'plain'``, ``'all'``, or traits joined by ``'+'``.

    Raises:
        SpondyloError: If a trait is unknown.
    """
    if name in (PLAIN, ALL):
        return TRAITS if name == ALL else ()
    traits = tuple(name.split('+'))
    unknown = [trait for trait in traits if trait not in TRAITS]
    if unknown:
        raise SpondyloError(
            f'{unknown[0]}: no such trait of phantoms; there are {", ".join(TRAITS)}'
        )
    return traits


def draw_set(folder: Path, name: str, number: int, seed: int) -> Path:
    """Draw a set of phantoms unless it is there.

    Args:
        folder: Where sets lie.
        name: See :func:`traits_of`.
        number: Of phantoms.
        seed: Of the set.

    Returns:
        The set's folder.
    """
    root = folder / f'{name}_{number}_{seed}'
    if not root.is_dir():
        write_phantoms(
            root,
            number,
            seed,
            'coco',
            all_levels=True,
            val_share=0,
            traits=traits_of(name),
        )
    return root


def usefulness(
    recipe: str | Path,
    phantoms: Path,
    films: tuple[Path, str],
    iterations: int,
    seed: int,
    *,
    also: tuple[Path, str] | None = None,
    amp: bool = False,
    pretrained: bool = True,
    options: Mapping[str, Any] | None = None,
) -> Row:
    """Train a recipe briefly on phantoms and measure it on real films.

    Args:
        recipe: Recipe of crops or of whole films.
        phantoms: Converted phantoms; all of them are used.
        films: Folder of converted films, and the annotation file to measure on.
        iterations: Steps of the optimiser.
        seed: Of weights and augmentation.
        also: Further films that the same network is measured on.
        amp: Train in mixed precision.
        pretrained: Begin with the recipe's pretrained weights, if it has any.
        options: Settings of the recipe to change, dotted names and values.

    Returns:
        :data:`GIVEN_BOXES` or :data:`END_TO_END` (px of the film, %), ``seconds``, and
        ``also``, the measures on the further films.

    Raises:
        SpondyloError: If an option is none of the recipe's, pretrained weights cannot
            be had, or the recipe is of a network that finds no corners.
    """
    config = load_config(recipe, dict(options or {}))
    use_data(config, phantoms)
    _measure_on(config, films)
    config.randomness.seed = seed
    config.val_evaluator = _metric_of(config)
    if amp:
        enable_amp(config)
    with explain_download_failure():
        model, result = train_briefly(config, iterations, pretrained=pretrained)
    row = _measures(result) | {'seconds': round(result['seconds'], 1)}
    if also is not None:
        _measure_on(config, also)
        row['also'] = _measures(measure(model, config))
    return row


def _metric_of(config: Config) -> list[dict[str, str]]:
    for kind in ('SpineDetectionMetric', 'RadialErrorMetric'):
        if any(metric.type == kind for metric in config.val_evaluator):
            return [dict(type=kind)]
    raise SpondyloError(
        f'{config.filename}: measures no corners; name a recipe of crops, as '
        'maht_net_topdown_t_spondylo, or of whole films, as maht_net_t_spondylo'
    )


def _measure_on(config: Config, films: tuple[Path, str]) -> None:
    val = config.val_dataloader.dataset
    val.data_root, val.ann_file = str(films[0]), films[1]


def _measures(result: Mapping[str, Any]) -> Row:
    if 'spine/F1' in result:
        return {name: result.get(f'spine/{name}') for name in END_TO_END}
    return {name: result.get(f'corner/{name}') for name in GIVEN_BOXES}


def measured_before(path: Path, settings: dict[str, Any]) -> list[Row]:
    """Rows of a file that an earlier start wrote; none if there is no file.

    Args:
        path: The file.
        settings: Of this start.

    Raises:
        SpondyloError: If it holds what was measured with other settings.
    """
    if not path.is_file():
        return []
    before = read_json(path)
    if before.get('settings') != settings:
        raise SpondyloError(
            f'{path}: holds what was measured with other settings; choose another --out'
        )
    rows: list[Row] = before['rows']
    return rows


def measure_sets(
    names: Sequence[str],
    seeds: Sequence[int],
    run: Callable[[str, int], Row],
    rows: Iterable[Row] = (),
    keep: Callable[[list[Row]], object] = lambda rows: None,
) -> list[Row]:
    """Measure each set of phantoms with each seed, but for those that are there.

    Args:
        names: Sets.
        seeds: Of the trainings.
        run: Measures one set with one seed.
        rows: Measured before.
        keep: Called with all rows after each training.
    """
    done = {(row['phantoms'], row['seed']): row for row in rows}
    # Seed by seed: what is interrupted has compared all sets.
    wanted = [(name, seed) for seed in seeds for name in names]
    left = [one for one in wanted if one not in done]
    for name, seed in tqdm(left, 'trainings', disable=None):
        done[name, seed] = {'phantoms': name, 'seed': seed, **run(name, seed)}
        keep(list(done.values()))
    return [done[one] for one in wanted]


def table(rows: Sequence[Row]) -> str:
    """The result as a table in Markdown: mean over seeds, and their spread."""
    names = list(dict.fromkeys(row['phantoms'] for row in rows))
    measures = END_TO_END if rows and 'F1' in rows[0] else GIVEN_BOXES
    lines = [['phantoms', 'seeds', *measures]]
    lines.append(['---', *['---:'] * (len(measures) + 1)])
    for name in names:
        same = [row for row in rows if row['phantoms'] == name]
        cells = [_mean_and_spread([row[m] for row in same]) for m in measures]
        lines.append([name, str(len(same)), *cells])
    return '\n'.join('| ' + ' | '.join(line) + ' |' for line in lines)


def _mean_and_spread(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return '-'
    mean = f'{statistics.mean(known):.2f}'
    return f'{mean} ± {statistics.stdev(known):.2f}' if len(known) > 1 else mean
