"""What a recipe is: its kind, its network, their size."""

import copy
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.registry import MODELS, DefaultScope
from torch import nn

from spondylo_mmpose.datasets.pipeline_changes import pipeline_of
from spondylo_mmpose.engine.launch import (
    dataset_nodes,
    explain_config_errors,
    forget_pretrained,
    load_config,
)
from spondylo_mmpose.engine.model_facts import ModelFacts, model_facts
from spondylo_mmpose.errors import SpondyloError

TOP_DOWN, WHOLE_FILM, DETECTOR = 'top-down', 'whole film', 'detector'
"""Kinds of recipes: corners in given boxes, corners on a film, boxes on a film."""

_RESIZING = ('TopdownAffine', 'FilmAffine', 'BottomupResize')


def find_recipes(folder: str | Path) -> list[Path]:
    """The recipes right in a folder, by name.

    Raises:
        SpondyloError: If there are none.
    """
    paths = sorted(Path(folder).glob('*.py'))
    if not paths:
        raise SpondyloError(f'{folder}: holds no recipes (*.py)')
    return paths


def recipe_kind(config: Config) -> str:
    """One of :data:`TOP_DOWN`, :data:`WHOLE_FILM` and :data:`DETECTOR`."""
    if config.get('default_scope') == 'mmdet':
        return DETECTOR
    dataset = (config.get('test_dataloader') or {}).get('dataset') or {}
    modes = {node.get('data_mode', 'topdown') for node in dataset_nodes(dataset)}
    return TOP_DOWN if modes == {'topdown'} else WHOLE_FILM


def counts_upward(config: Config) -> bool:
    """Whether a model's slots are counted from S1; an ablation counts from the top."""
    settings = config.model.get('test_cfg') or {}
    return bool(settings.get('count_from', 'lowest') == 'lowest')


def input_size(config: Config) -> tuple[int, int] | None:
    """``(width, height)`` px of a test, ``None`` if the pipeline tells none."""
    dataset = (config.get('test_dataloader') or {}).get('dataset') or {}
    for node in dataset_nodes(dataset):
        for step in pipeline_of(node):
            kind = step['type'].rpartition('.')[2]
            size = step.get('input_size' if kind in _RESIZING else 'size')
            if kind in (*_RESIZING, 'Pad') and size:
                return int(size[0]), int(size[1])
    return None


def build_network(config: Config, device: str = 'meta') -> nn.Module:
    """Build a recipe's network, with random weights and nothing fetched.

    Args:
        config: Not changed.
        device: On ``meta`` it has shapes, but no numbers, and costs nothing.

    Raises:
        SpondyloError: If it cannot be built.
    """
    config = copy.deepcopy(config)
    forget_pretrained(config)
    scope = config.get('default_scope', 'mmpose')
    with (
        DefaultScope.overwrite_default_scope(scope),
        explain_config_errors(config),
        torch.device(device),
    ):
        network: nn.Module = MODELS.build(config.model)
    return network


def count_parameters(network: nn.Module) -> int:
    """Number of weights, those that are not trained among them."""
    return sum(weight.numel() for weight in network.parameters())


def measure_recipe(path: str | Path, seed: int = 0) -> tuple[Config, ModelFacts]:
    """Load a recipe and measure its network on an empty input.

    What a network that finds regions computes depends on how many it finds; the seed
    makes that the same each time.

    Args:
        path: The recipe.
        seed: Of the random weights.

    Raises:
        SpondyloError: If it is no recipe or its network cannot be built.
    """
    config = load_config(path)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = build_network(config, 'cpu')
        size = input_size(config)
        inputs = None if size is None else torch.zeros(3, size[1], size[0])
        return config, model_facts(network, inputs)


def network_name(config: Config) -> str:
    """Classes of the model, its backbone and its head."""
    model = config.model
    head = model.get('head') or model.get('bbox_head') or model.get('roi_head') or {}
    parts = [model, model.get('backbone') or {}, head]
    return ', '.join(part['type'].rpartition('.')[2] for part in parts if part)
