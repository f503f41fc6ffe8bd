"""How long a processor takes for a film, with one model or with two after another."""

import copy
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import DefaultScope
from mmengine.runner import Runner
from tqdm import tqdm

from spondylo_mmpose.benchmarks.bfloat16 import bfloat16
from spondylo_mmpose.benchmarks.short_training import quietly, use_data
from spondylo_mmpose.engine.checkpoint import load_weights
from spondylo_mmpose.engine.optim.cpu_amp_optim_wrapper import cpu_has_bf16
from spondylo_mmpose.engine.recipe import (
    DETECTOR,
    TOP_DOWN,
    build_network,
    measure_recipe,
    recipe_kind,
)
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.presentation.cells import Column
from spondylo_mmpose.presentation.tables import Table
from spondylo_mmpose.utils.machine import torch_threads

Weighted = tuple[Path, Path | None]
"""A recipe and its checkpoint; ``None`` for random weights."""


@dataclass(frozen=True)
class Speed:
    """What a film costs.

    Attributes:
        name: Recipe, or pose recipe and detector.
        kind: See :func:`.recipe_kind`.
        parameters: Weights, of both models if there are two.
        flops: Multiply-adds for a film, without flipped copies; ``None`` if unknown.
        vertebrae: Mean number on a film, where a model sees them one by one.
        seconds: Median of the films, float32.
        seconds_bf16: The same in bfloat16; ``None`` where the processor has no such
            instructions.
    """

    name: str
    kind: str
    parameters: int
    flops: float | None
    vertebrae: float | None
    seconds: float
    seconds_bf16: float | None

    def after(self, detector: 'Speed') -> 'Speed':
        """This model on the boxes of another."""
        parts = (self, detector)
        flops = [one.flops for one in parts if one.flops is not None]
        halves = [one.seconds_bf16 for one in parts if one.seconds_bf16 is not None]
        return Speed(
            f'{detector.name} + {self.name}',
            'both',
            sum(one.parameters for one in parts),
            sum(flops) if len(flops) == 2 else None,
            self.vertebrae,
            sum(one.seconds for one in parts),
            sum(halves) if len(halves) == 2 else None,
        )


def measure_model_speed(
    recipes: Sequence[Weighted],
    root: str | Path,
    detector: Weighted | None = None,
    films: int = 20,
    threads: int = 1,
) -> list[Speed]:
    """Time recipes on the films of a data set.

    A model that is given boxes gets the true ones, all of a film at once, so that its
    time doesn't depend on how well a detector was trained. Films are read and cropped
    beforehand. A model that finds boxes wants trained weights here: with random ones it
    finds hundreds, and sorting them out takes its time.

    Args:
        recipes: Files, each with a checkpoint or ``None`` for random weights.
        root: Converted data set; its validation split is used.
        detector: One whose time is added to that of models that are given boxes.
        films: How many.
        threads: Of torch.

    Raises:
        SpondyloError: If a recipe cannot be built, or the detector is none.
    """
    wanted = list(dict.fromkeys([*([detector] if detector else []), *recipes]))
    with torch_threads(threads):
        found = {
            (path, weights): _measure(path, weights, root, films)
            for path, weights in tqdm(wanted, 'models', disable=None)
        }
    if detector is None:
        return list(found.values())
    if found[detector].kind != DETECTOR:
        raise SpondyloError(f'{detector[0]}: finds no boxes; name a detector')
    return [
        one.after(found[detector]) if one.kind == TOP_DOWN else one
        for one in found.values()
    ]


def table(rows: Iterable[Speed]) -> Table:
    """One row for each model."""
    columns = (
        Column('model'),
        Column('parameters', 'M', lambda v: f'{v / 1e6:.1f}'),
        Column('multiply-adds a film', 'G', lambda v: f'{v / 1e9:.3g}'),
        Column('fp32', 'films/s', '{:.2f}'),
        Column('bf16', 'films/s', '{:.2f}'),
    )
    cells = [
        (
            one.name,
            one.parameters,
            one.flops,
            1 / one.seconds,
            None if one.seconds_bf16 is None else 1 / one.seconds_bf16,
        )
        for one in rows
    ]
    notes = [
        'network and decoding of one film at a time; reading and cropping left out',
        'multiply-adds: without flipped copies, which the times contain where a recipe '
        'asks for them',
    ]
    return Table('Speed', columns, cells, notes)


def as_json(rows: Iterable[Speed]) -> list[dict[str, Any]]:
    """Rows for a file."""
    return [asdict(one) for one in rows]


def _measure(
    path: Path, checkpoint: Path | None, root: str | Path, films: int
) -> Speed:
    config, facts = measure_recipe(path)
    kind = recipe_kind(config)
    use_data(config, root)
    scope = config.get('default_scope', 'mmpose')
    with DefaultScope.overwrite_default_scope(scope):
        batches = _batches(config, films)
        model = build_network(config, 'cpu').eval()
        if checkpoint is not None:
            load_weights(checkpoint, model)
        single, half = _time(model, batches), None
        if cpu_has_bf16():
            model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
            half = _time(model, batches, half=True)
    crops = statistics.mean(map(len, batches)) if kind == TOP_DOWN else None
    flops = None if facts.flops is None else facts.flops * (crops or 1)
    return Speed(path.stem, kind, facts.parameters, flops, crops, single, half)


def _batches(config: Config, films: int) -> list[list[Any]]:
    """What a model sees of each film, ready to be sent to it."""
    loader = config.val_dataloader.to_dict()
    loader.update(num_workers=0, persistent_workers=False)
    with quietly():
        dataset = Runner.build_dataloader(loader, seed=0).dataset
    found: dict[Any, list[Any]] = {}
    for index in range(len(dataset)):
        film = dataset.get_data_info(index)['img_id']
        if film not in found and len(found) == films:
            break
        found.setdefault(film, []).append(dataset[index])
    return list(found.values())


def _time(model: Any, batches: Sequence[list[Any]], half: bool = False) -> float:
    seconds = []
    with torch.no_grad(), bfloat16(model, enabled=half):
        # The first one pays for what is set up once.
        for samples in [batches[0], *batches]:
            batch = pseudo_collate(copy.deepcopy(samples))
            start = time.perf_counter()
            model.val_step(batch)
            seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[1:])
