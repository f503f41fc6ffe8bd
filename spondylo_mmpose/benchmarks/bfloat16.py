"""Networks of all kinds in bfloat16."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import nn


@contextmanager
def bfloat16(network: nn.Module, enabled: bool = True) -> Iterator[None]:
    """Let a network compute in bfloat16 on a CPU.

    Boxes of detectors are sorted out in float32: mmcv's NMS knows no bfloat16.

    Args:
        network: Detectors may be parts of it.
        enabled: Whether to.
    """
    with ExitStack() as stack:
        if enabled:
            for name, part in network.named_modules():
                if name.rpartition('.')[2] == 'bbox_head':
                    hook = part.register_forward_hook(lambda *args: _floats(args[-1]))
                    stack.callback(hook.remove)
            stack.enter_context(torch.autocast('cpu', torch.bfloat16))
        yield


def _floats(value: Any) -> Any:
    """The same with all tensors in float32."""
    if isinstance(value, torch.Tensor):
        return value.float()
    return type(value)(_floats(one) for one in value)
