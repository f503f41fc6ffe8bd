"""Helpers that the losses share."""

import torch
from torch import Tensor


def weighted_mean(values: Tensor, weights: Tensor) -> Tensor:
    """Mean of what has weight; 0 with a gradient of 0 where nothing has.

    Args:
        values: Any shape.
        weights: The same.
    """
    kept = torch.where(weights > 0, values, 0)
    return (kept * weights).sum() / weights.sum().clamp(min=1.0)


def gaussians(places: Tensor, cells: int, sigma: float) -> tuple[Tensor, Tensor]:
    """Gaussians on a line of cells that sum to 1 there.

    Args:
        places: ``(...)`` means, cells.
        cells: Their number.
        sigma: Standard deviation, cells.

    Returns:
        ``(..., cells)``, and their entropies ``(...)``, nats.
    """
    line = torch.arange(cells, device=places.device)
    distances = (line - places[..., None]) / sigma
    logs = (-(distances**2) / 2).log_softmax(-1)
    shares = logs.exp()
    return shares, -(shares * logs).sum(-1)
