"""bfloat16 autocast on a CPU that has the instructions for it."""

import logging
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from mmengine.logging import print_log
from mmengine.optim import OptimWrapper
from mmengine.registry import OPTIM_WRAPPERS
from torch import nn


def cpu_has_bf16() -> bool:
    """Whether this CPU multiplies bfloat16 in hardware.

    Without such instructions (AVX512-BF16 or AMX on x86) torch emulates them, several
    times slower than float32.
    """
    if platform.machine().lower() in ('x86_64', 'amd64'):
        probes = ('_is_avx512_bf16_supported', '_is_amx_tile_supported')
        return any(getattr(torch.cpu, probe, bool)() for probe in probes)
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


@OPTIM_WRAPPERS.register_module()
class CpuAmpOptimWrapper(OptimWrapper):
    """Automatic mixed precision on a CPU: bfloat16 autocast, channels-last weights.

    mmengine's ``AmpOptimWrapper`` refuses a CPU because its gradient scaler needs a
    GPU. bfloat16 has the exponent range of float32, so no scaler is needed here.
    Weights and the optimiser's state stay float32.

    Args:
        bf16: Whether to autocast; ``None`` does so where the CPU has the instructions
            and says so where it has not.
        **kwargs: Arguments of :class:`mmengine.optim.OptimWrapper`.
    """

    def __init__(self, bf16: bool | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.bf16 = cpu_has_bf16() if bf16 is None else bf16
        self._laid_out = False
        if not self.bf16:
            print_log(
                'This CPU has no bfloat16 instructions: training goes on in float32.',
                logger='current',
                level=logging.WARNING,
            )

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Enter autocast and, in its scope, the base class's context."""
        if not self._laid_out:
            # Convolutions follow the layout of their weights; once is enough.
            model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
            self._laid_out = True
        with (
            super().optim_context(model),
            torch.autocast('cpu', dtype=torch.bfloat16, enabled=self.bf16),
        ):
            yield
