"""Dropout while predicting, to see how much a network's answers hang on its units."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn
from torch.nn.modules.dropout import _DropoutNd

from spondylo_mmpose.errors import SpondyloError


def dropout_layers(module: nn.Module) -> list[nn.Module]:
    """Layers that drop something when they are switched on."""
    return [
        layer
        for layer in module.modules()
        if isinstance(layer, _DropoutNd) and layer.p > 0
    ]


@contextmanager
def dropout_switched_on(module: nn.Module, seed: int) -> Iterator[None]:
    """Let dropout layers, and nothing else, behave as in training.

    Norm layers keep their statistics. Afterwards every layer is as before, and so is
    the state of torch's generators.

    Args:
        module: The network.
        seed: Of what is dropped; equal seeds drop the same in equal calls.

    Raises:
        SpondyloError: If the network has no such layer.
    """
    layers = dropout_layers(module)
    if not layers:
        raise SpondyloError(
            'the network has no dropout layer, so that mc_dropout would change nothing'
        )
    before = [layer.training for layer in layers]
    devices = {p.device.index or 0 for p in module.parameters() if p.is_cuda}
    with torch.random.fork_rng(devices=sorted(devices)):
        torch.manual_seed(seed)
        try:
            for layer in layers:
                layer.training = True
            yield
        finally:
            for layer, mode in zip(layers, before, strict=True):
                layer.training = mode
