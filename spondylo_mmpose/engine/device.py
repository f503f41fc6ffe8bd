"""What a run computes on: the best there is, or what ``--device`` names."""

import mmengine.device
import mmengine.device.utils
import torch
from mmengine.config import Config

from spondylo_mmpose.errors import SpondyloError

DEVICES = ('auto', 'cuda', 'mps', 'cpu')
"""Choices of ``--device``."""


def choose_device(config: Config, name: str) -> None:
    """Have mmengine's Runner compute on a device.

    Args:
        config: Of the run; remembers the choice for :func:`uses_cuda`.
        name: One of :data:`DEVICES`. ``auto`` leaves it to mmengine, which takes an
            accelerator where there is one.

    Raises:
        SpondyloError: If there is no such device.
    """
    if name == 'auto':
        # The config of an earlier run may tell of its own.
        config.pop('device', None)
        return
    check_device(name)
    config.device = name
    # The Runner has no setting for it: it asks mmengine, which looked once.
    mmengine.device.utils.DEVICE = name


def check_device(name: str) -> None:
    """Make sure that there is a device.

    Args:
        name: One of :data:`DEVICES`.

    Raises:
        SpondyloError: If torch finds none.
    """
    available = {
        'auto': True,
        'cuda': torch.cuda.is_available(),
        'mps': torch.backends.mps.is_available(),
        'cpu': True,
    }
    if not available[name]:
        present = ', '.join(
            key for key, there in available.items() if there and key != 'auto'
        )
        raise SpondyloError(
            f'--device {name}: torch finds none here, only {present}; take one of '
            'these, or leave the option out'
        )


def torch_device(name: str) -> torch.device:
    """The device for what is run without mmengine's Runner.

    Args:
        name: One of :data:`DEVICES`.

    Raises:
        SpondyloError: If there is no such device.
    """
    if name not in DEVICES:
        raise SpondyloError(f'device={name!r}: must be one of {", ".join(DEVICES)}')
    check_device(name)
    return torch.device(mmengine.device.get_device() if name == 'auto' else name)


def uses_cuda(config: Config) -> bool:
    """Whether a run is on a GPU of NVIDIA's kind."""
    return config.get('device', 'cuda') == 'cuda' and torch.cuda.is_available()
