"""Published weights: safetensors files that hold numbers and a description, no code."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from mmengine.runner import CheckpointLoader
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.io import atomic_file, file_digest

SUFFIX = '.safetensors'

# One entry, since the order of several would differ from file to file.
_ENTRY = 'spondylo_mmpose'


def write_weights(
    path: str | Path, state: Mapping[str, Tensor], facts: Mapping[str, Any]
) -> Path:
    """Write weights; the same ones and facts give the same bytes.

    Args:
        path: ``*.safetensors``.
        state: Weights by name.
        facts: What JSON can say of them.

    Returns:
        The path written.

    Raises:
        SpondyloError: If there is more than tensors among the weights, or the file
            cannot be written.
    """
    others = [name for name, value in state.items() if not isinstance(value, Tensor)]
    if others:
        raise SpondyloError(
            f'{path}: only tensors can be published, and {others[0]} is none'
        )
    # Weights that two layers share are written twice, as checkpoints name them.
    tensors = {
        name: value.detach().cpu().contiguous().clone() for name, value in state.items()
    }
    described = {**facts, 'weights_sha256': _digest(tensors)}
    with atomic_file(path) as temporary:
        text = json.dumps(described, sort_keys=True, allow_nan=False)
        save_file(tensors, str(temporary), {_ENTRY: text})
    return Path(path)


def rounded(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights in 16 bits, which take half the space.

    Vectors (biases, and what norm layers know) keep theirs: they are small, and may be
    of any size. A network that loads these computes in 32 bits as before.

    Args:
        state: Weights by name.

    Raises:
        SpondyloError: If a weight is too large for 16 bits.
    """
    told = {
        name: value.half() if value.ndim > 1 and value.is_floating_point() else value
        for name, value in state.items()
    }
    for name, value in told.items():
        if value.dtype is torch.half and not value.isfinite().all():
            raise SpondyloError(f'{name}: has weights too large for 16 bits')
    return told


def read_weights(path: str | Path) -> dict[str, Any]:
    """Read published weights as if they were a checkpoint.

    Args:
        path: What :func:`write_weights` wrote, or safetensors of anybody.

    Returns:
        The facts, with the weights as ``state_dict``.

    Raises:
        SpondyloError: If the file is missing, damaged or was changed.
    """
    path = Path(path)
    if not path.is_file():
        raise SpondyloError(f'{path}: no such checkpoint')
    told = re.search(r'-([0-9a-f]{8})$', path.stem)
    if told and not file_digest(path).startswith(told[1]):
        raise SpondyloError(
            f'{path}: is not the file that was published: its SHA-256 does not begin '
            f'with {told[1]}; fetch it anew, and compare with SHA256SUMS'
        )
    try:
        with safe_open(str(path), framework='pt') as stream:
            facts = json.loads((stream.metadata() or {}).get(_ENTRY, '{}'))
            state = {name: stream.get_tensor(name) for name in stream.keys()}  # noqa: SIM118
        if not isinstance(facts, dict):
            raise ValueError('its description is none')
    except (SafetensorError, OSError, ValueError) as error:
        raise SpondyloError(
            f'{path}: is no readable safetensors file, or is cut short ({error}); '
            'fetch it anew'
        ) from error
    digest = facts.pop('weights_sha256', None)
    if digest is not None and digest != _digest(state):
        raise SpondyloError(
            f'{path}: its weights are not those that were published; fetch it anew'
        )
    return {**facts, 'state_dict': state}


@CheckpointLoader.register_scheme(prefixes=r'.*\.safetensors$', force=True)
def load_from_safetensors(
    filename: str, map_location: str | torch.device | None = None
) -> dict[str, Any]:
    """Let mmengine load such files wherever it takes a checkpoint.

    Args:
        filename: The file.
        map_location: Has no effect: weights come to the CPU and move with the model.
    """
    return read_weights(filename)


def _digest(state: Mapping[str, Tensor]) -> str:
    digest = hashlib.sha256()
    for name in sorted(state):
        value = state[name].contiguous()
        digest.update(f'{name} {value.dtype} {tuple(value.shape)} '.encode())
        digest.update(value.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()
