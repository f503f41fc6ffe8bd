"""Networks without training that find vertebrae, as a trained one would."""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from spondylo_mmpose.apis.model_files import ModelFiles
from spondylo_mmpose.apis.network import FilmNetwork
from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.engine.recipe import TOP_DOWN, build_network, recipe_kind
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.phantom.film import make_phantom

VERTEBRAE = 6
"""On a film: the sacrum and the lumbar spine."""

SURE = 6.0
"""Logit of a presence that is told, and of one that is denied below zero."""


def write_random(path: str | Path, config_path: str | Path, seed: int = 0) -> Path:
    """Write a checkpoint of random weights.

    A model of whole films gets a last layer under which its lowest slots count as
    vertebrae: it is fitted on phantoms by least squares, so that what follows has
    something to do, as behind a trained one. Where corners lie is left to chance; of
    those that lie on each other one is told, so that there are fewer at the end.

    Args:
        path: Checkpoint to write.
        config_path: The recipe.
        seed: Of the weights.

    Returns:
        The path.

    Raises:
        SpondyloError: If the recipe is of a model whose finds cannot be set so.
    """
    config = load_config(config_path)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network: Any = build_network(config, 'cpu')
    path = Path(path)
    _save(path, network)
    if recipe_kind(config) == TOP_DOWN:
        return path
    if getattr(getattr(network, 'head', None), 'to_presence', None) is None:
        raise SpondyloError(
            f'{config_path}: with random weights it finds anything or nothing, and '
            'takes another time than a trained one; name its checkpoint'
        )
    _save(path, _find_some(FilmNetwork(ModelFiles(config_path, path), device='cpu')))
    return path


def _find_some(model: FilmNetwork, phantoms: int = 4) -> torch.nn.Module:
    network: Any = model.network
    seen: list[torch.Tensor] = []
    layers = network.head.to_presence
    handle = layers[-2].register_forward_hook(
        lambda _, __, output: seen.append(output.detach().double())
    )
    try:
        model.find([make_phantom(7, index).image for index in range(phantoms)])
    finally:
        handle.remove()
    told = torch.cat(seen)
    films, slots, channels = told.shape
    wanted = torch.full((films, slots), -SURE, dtype=torch.float64)
    wanted[:, :VERTEBRAE] = SURE
    terms = torch.cat([told, torch.ones_like(told[..., :1])], -1)
    rows = terms.reshape(-1, channels + 1)
    # A little damping: small weights hold for films that were not seen.
    damped = rows.T @ rows + 1e-6 * torch.eye(channels + 1, dtype=torch.float64)
    solved = torch.linalg.solve(damped, rows.T @ wanted.reshape(-1))
    with torch.no_grad():
        layers[-1].weight.copy_(solved[None, :-1])
        layers[-1].bias.copy_(solved[-1:])
    return model.network


def _save(path: Path, network: torch.nn.Module) -> None:
    torch.save({'state_dict': network.state_dict(), 'meta': {}}, path)


def draw_films(path: str | Path, number: int, seed: int = 0) -> Path:
    """Draw phantoms into one file of an array ``(N, H, W)``."""
    films = np.stack([make_phantom(seed, index).image for index in range(number)])
    np.save(path, films)
    return Path(path)
