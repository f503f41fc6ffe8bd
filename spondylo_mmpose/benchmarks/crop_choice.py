"""How padding of the box and size of the crop bear on the corners' error."""

import copy
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.config import Config, ConfigDict
from tqdm import tqdm

from spondylo_mmpose.benchmarks.short_training import measure, train_briefly, use_data
from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.errors import SpondyloError

Choice = tuple[float, int]
"""Padding of the box, and width and height of the crop in px."""


def choices(
    paddings: Sequence[float], sizes: Sequence[int], grid: bool = False
) -> list[Choice]:
    """What to compare: a cross through the first of each, or all pairs.

    Args:
        paddings: The first is kept where sizes are compared.
        sizes: The first is kept where paddings are compared.
        grid: Whether to compare all pairs.
    """
    if grid:
        return [(padding, size) for size in sizes for padding in paddings]
    return [(padding, sizes[0]) for padding in paddings] + [
        (paddings[0], size) for size in sizes[1:]
    ]


def crop_config(recipe: str | Path, root: str | Path, choice: Choice) -> Config:
    """A heatmap recipe with another padding and crop.

    Args:
        recipe: Config of a heatmap recipe.
        root: Converted data set.
        choice: Padding and size.
    """
    padding, size = choice
    config = load_config(recipe)
    use_data(config, root)
    resize_crops(config, size, padding)
    config.val_evaluator = [ConfigDict(type='RadialErrorMetric')]
    return config


def resize_crops(config: Config, size: int, padding: float | None = None) -> None:
    """Give a heatmap recipe other crops; stride and sigma of its heatmaps stay.

    Args:
        config: Recipe; changed in place.
        size: Width and height in px.
        padding: Of the box; the recipe's if left out.

    Raises:
        SpondyloError: If it is no heatmap recipe.
    """
    if not has_heatmaps(config):
        raise SpondyloError(
            f'{Path(config.filename).stem}: has no heatmaps; its crops keep their size'
        )
    codec = ConfigDict(config.model.head.decoder)
    stride = codec.input_size[0] // codec.heatmap_size[0]
    codec.update(input_size=(size, size), heatmap_size=(size // stride,) * 2)
    config.codec = config.model.head.decoder = codec
    for loader in (config.train_dataloader, config.val_dataloader):
        for step in loader.dataset.pipeline:
            if step.type == 'GetBBoxCenterScale' and padding is not None:
                step.padding = padding
            elif step.type == 'TopdownAffine':
                step.input_size = codec.input_size
            elif step.type == 'GenerateTarget':
                step.encoder = codec


def has_heatmaps(config: Config) -> bool:
    """Whether a top-down recipe's corners come from heatmaps."""
    return 'heatmap_size' in (config.model.head.get('decoder') or {})


def with_box_errors(config: Config, deviation: float) -> Config:
    """Let a recipe validate on boxes whose sides are misplaced.

    Args:
        config: Recipe; left alone.
        deviation: As in :class:`spondylo_mmpose.datasets.RandomBoxJitter`.
    """
    config = copy.deepcopy(config)
    pipeline = config.val_dataloader.dataset.pipeline
    jitter = ConfigDict(type='RandomBoxJitter', deviation=deviation)
    config.val_dataloader.dataset.pipeline = [pipeline[0], jitter, *pipeline[1:]]
    return config


def measure_crop_choice(
    recipe: str | Path,
    root: str | Path,
    compared: Iterable[Choice],
    iterations: int,
    deviations: Sequence[float] = (0.0, 0.05, 0.1),
    films: int | None = None,
    keep: Callable[[list[dict[str, Any]]], object] = lambda rows: None,
) -> list[dict[str, Any]]:
    """Train a network for each choice and measure it on true and on wrong boxes.

    Args:
        recipe: As in :func:`crop_config`.
        root: Converted data set.
        compared: Choices.
        iterations: Steps of the optimiser for each.
        deviations: Standard deviations of the boxes' sides, shares of their size.
        films: Vertebrae to validate on; all by default.
        keep: Called with all rows so far after each choice, which takes minutes.

    Returns:
        For each choice ``padding``, ``size``, ``seconds`` of training and for each
        deviation ``MRE_px`` and ``median_px``, px of the film.
    """
    rows = []
    for choice in tqdm(list(compared), 'choices', disable=None):
        config = crop_config(recipe, root, choice)
        if films is not None:
            config.val_dataloader.dataset.indices = films
        model, trained = train_briefly(copy.deepcopy(config), iterations)
        errors = {}
        for deviation in deviations:
            np.random.seed(0)
            found = measure(model, with_box_errors(config, deviation))
            errors[f'{deviation:g}'] = {
                name: found[f'corner/{name}'] for name in ('MRE_px', 'median_px')
            }
        rows.append(
            dict(
                padding=choice[0],
                size=choice[1],
                seconds=round(trained['seconds'], 1),
                errors=errors,
            )
        )
        keep(rows)
    return rows


def table(rows: Sequence[dict[str, Any]]) -> str:
    """The result as a table in Markdown, MRE in px of the film."""
    deviations = list(rows[0]['errors'])
    head = [
        'padding',
        'crop px',
        *(f'boxes off by {100 * float(d):g} %' for d in deviations),
    ]
    lines = [head, ['---'] * len(head)]
    for row in rows:
        errors = (f'{row["errors"][d]["MRE_px"]:.2f}' for d in deviations)
        lines.append([f'{row["padding"]:g}', str(row['size']), *errors])
    return '\n'.join('| ' + ' | '.join(line) + ' |' for line in lines)
