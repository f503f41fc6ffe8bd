"""bfloat16 autocast on a CPU."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from mmengine.optim import OptimWrapper
from mmengine.registry import OPTIM_WRAPPERS
from torch import nn


@OPTIM_WRAPPERS.register_module()
class CpuAmpOptimWrapper(OptimWrapper):
    """Automatic mixed precision on a CPU: bfloat16 autocast, channels-last weights.

    mmengine's ``AmpOptimWrapper`` refuses a CPU because its gradient scaler needs a
    GPU. bfloat16 has the exponent range of float32, so no scaler is needed here. Weights
    and the optimiser's state stay float32.
    """

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Enter autocast and, in its scope, the base class's context."""
        if not getattr(self, '_channels_last', False):
            # Convolutions follow the layout of their weights; once is enough.
            model.to(memory_format=torch.channels_last)
            self._channels_last = True
        with (
            super().optim_context(model),
            torch.autocast('cpu', dtype=torch.bfloat16),
        ):
            yield
