"""Size and cost of a network."""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any

import torch
from mmengine.analysis import FlopAnalyzer
from torch import nn

from spondylo_mmpose.errors import one_line


@dataclass(frozen=True)
class ModelFacts:
    """What a table of architectures tells of a model.

    Attributes:
        type: Class of the model.
        backbone: Class of its backbone, ``None`` where it has none of that name.
        head: Class of its head or heads' leader, ``None`` likewise.
        parameters: Number of weights, those that are not trained among them.
        input_size: ``(width, height)`` px of the network's input.
        flops: Multiply-adds of one forward pass at that size, without flipped copies
            or what follows the network; one multiply-add counts once. ``None`` where
            it can't be told.
        flops_reason: Why not, or which layers were not counted; ``None`` where all
            were.
    """

    type: str
    backbone: str | None
    head: str | None
    parameters: int
    input_size: tuple[int, int] | None
    flops: int | None
    flops_reason: str | None


def model_facts(model: nn.Module, inputs: torch.Tensor | None) -> ModelFacts:
    """Count parameters and multiply-adds.

    Args:
        model: Not wrapped, on any device; it is the same afterwards.
        inputs: ``(C, H, W)`` input of one film or crop, as the test pipeline packs it;
            ``None`` where there is none.
    """
    size, flops = None, None
    reason: str | None = 'the size of its input is not known'
    if inputs is not None:
        inputs = _padded(model, inputs)
        size = (int(inputs.shape[2]), int(inputs.shape[1]))
        flops, reason = _count_flops(model, inputs)
    head = getattr(model, 'head', None) or getattr(model, 'bbox_head', None)
    backbone = getattr(model, 'backbone', None)
    return ModelFacts(
        type=type(model).__name__,
        backbone=None if backbone is None else type(backbone).__name__,
        head=None if head is None else type(head).__name__,
        parameters=sum(weight.numel() for weight in model.parameters()),
        input_size=size,
        flops=flops,
        flops_reason=reason,
    )


class _ImageOnly(nn.Module):
    """A model of mmengine as a function of its image alone, as tracing wants it."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, inputs: torch.Tensor) -> Any:
        """Give the network's raw output; there is no truth."""
        return self.model(inputs, None, mode='tensor')


def _padded(model: nn.Module, inputs: torch.Tensor) -> torch.Tensor:
    """An image as large as the network gets it."""
    preprocessor = getattr(model, 'data_preprocessor', None)
    divisor = int(getattr(preprocessor, 'pad_size_divisor', 1) or 1)
    height, width = (-(-side // divisor) * divisor for side in inputs.shape[-2:])
    return torch.zeros(len(inputs), height, width)


def _count_flops(
    model: nn.Module, inputs: torch.Tensor
) -> tuple[int | None, str | None]:
    first = next(chain(model.parameters(), model.buffers()), inputs)
    training = model.training
    try:
        model.eval()
        with torch.no_grad(), warnings.catch_warnings():
            # Tracing warns of every branch on a tensor's shape.
            warnings.simplefilter('ignore')
            analyzer = FlopAnalyzer(_ImageOnly(model), (inputs[None].to(first.device),))
            analyzer.unsupported_ops_warnings(False)
            analyzer.uncalled_modules_warnings(False)
            analyzer.tracer_warnings('none')
            flops = int(analyzer.total())
            missed = _weighty(analyzer.unsupported_ops())
    # A model may raise anything when it is traced with an image alone.
    except Exception as error:
        return None, f'the model cannot be traced ({one_line(error)})'
    finally:
        model.train(training)
    return flops, f'not counted: {", ".join(missed)}' if missed else None


def _weighty(operators: Iterable[str]) -> list[str]:
    """Uncounted operators that multiply matrices or convolve.

    Sums, products and activations of single values are left out by convention.
    """
    words = ('conv', 'mm', 'matmul', 'attention', 'einsum', 'linear')
    return sorted({name for name in operators if any(w in name for w in words)})
