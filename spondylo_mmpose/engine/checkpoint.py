"""Checkpoints: safe loading, and whether one fits a model."""

import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import torch
from mmengine.model import is_model_wrapper
from torch import nn

from spondylo_mmpose.engine import compat
from spondylo_mmpose.engine.weights_file import SUFFIX, read_weights
from spondylo_mmpose.errors import SpondyloError


def load_checkpoint_file(path: str | Path) -> dict[str, Any]:
    """Load a checkpoint without running code from it.

    Args:
        path: File written by mmengine, or published weights.

    Returns:
        Its content, with a ``state_dict``.

    Raises:
        SpondyloError: If it is missing, cut short, unsafe or no checkpoint.
    """
    compat.allow_mmengine_checkpoints()
    path = Path(path)
    if path.suffix == SUFFIX:
        return read_weights(path)
    if not path.is_file():
        raise SpondyloError(f'{path}: no such checkpoint')
    try:
        content = torch.load(path, map_location='cpu', weights_only=True)
    except pickle.UnpicklingError as error:
        raise SpondyloError(
            f'{path}: is no checkpoint, or holds more than weights and is refused '
            f'({_first_line(error)})'
        ) from error
    # A damaged pickle can raise nearly anything.
    except Exception as error:
        raise SpondyloError(
            f'{path}: is no readable checkpoint ({_first_line(error)})'
        ) from error
    if not isinstance(content, dict) or not isinstance(content.get('state_dict'), dict):
        raise SpondyloError(
            f'{path}: holds no state_dict; is it a training checkpoint?'
        )
    return content


def check_fits(
    path: str | Path, model: nn.Module, content: dict[str, Any] | None = None
) -> None:
    """Make sure that a checkpoint has every weight of a model, in its shape.

    mmengine loads what fits and goes on with random numbers for the rest; a test must
    not do that.

    Args:
        path: The checkpoint.
        model: The model that is to get its weights.
        content: What :func:`load_checkpoint_file` gave, where it is loaded already.

    Raises:
        SpondyloError: If the file cannot be loaded or weights are missing or differ.
    """
    state = (content or load_checkpoint_file(path))['state_dict']
    state = {name.removeprefix('module.'): value for name, value in state.items()}
    wrong = [
        name
        for name, value in model.state_dict().items()
        if getattr(state.get(name), 'shape', None) != value.shape
    ]
    if wrong:
        raise SpondyloError(
            f'{path}: does not fit the config: {len(wrong)} weights are missing or '
            f'have another shape, the first is {wrong[0]}; use the config that it was '
            'trained with'
        )


def load_weights(
    path: str | Path, model: nn.Module, content: Mapping[str, Any] | None = None
) -> None:
    """Give a model all its weights.

    Args:
        path: The checkpoint.
        model: The model.
        content: What :func:`load_checkpoint_file` gave, where it is loaded already.

    Raises:
        SpondyloError: See :func:`check_fits`.
    """
    loaded = dict(content or load_checkpoint_file(path))
    check_fits(path, model, loaded)
    state = {
        name.removeprefix('module.'): value
        for name, value in loaded['state_dict'].items()
    }
    model.load_state_dict(state, strict=False)


def check_resumable(path: str | Path, model: nn.Module) -> None:
    """Make sure that a training can go on from a checkpoint.

    Raises:
        SpondyloError: If it does not fit (:func:`check_fits`), or holds weights alone.
    """
    content = load_checkpoint_file(path)
    check_fits(path, model, content)
    missing = {'meta', 'optimizer', 'param_schedulers'} - content.keys()
    if missing:
        raise SpondyloError(
            f'{path}: cannot be resumed, it lacks {", ".join(sorted(missing))}; take '
            'an epoch_*.pth of the run, or start from these weights with '
            f'--cfg-options load_from={path}'
        )


def unwrapped(model: nn.Module) -> nn.Module:
    """The model itself where a wrapper shares it between processes."""
    return cast(nn.Module, model.module) if is_model_wrapper(model) else model


def _first_line(error: BaseException) -> str:
    # torch adds advice that is not for the users of a tool.
    return re.split(r'\n|\. ', str(error).strip())[0] or type(error).__name__
