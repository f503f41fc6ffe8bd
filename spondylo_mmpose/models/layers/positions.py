"""Where the cells of a map are, told in sines."""

import math

import torch
from torch import Tensor


def sine_positions(
    height: int, width: int, channels: int, device: torch.device | None = None
) -> Tensor:
    """Encode the places of a map's cells in sines and cosines.

    Half of the channels tell the row, half the column (Carion et al., DETR, ECCV 2020,
    appendix A.4). Places are shares of the map's sides, so that a network that learned
    from small films can be shown large ones.

    Args:
        height: Rows.
        width: Columns.
        channels: Multiple of four.
        device: Where to make it.

    Returns:
        ``(height * width, channels)``, row by row.

    Raises:
        ValueError: If the channels are no multiple of four.
    """
    if channels % 4:
        raise ValueError(f'positions need a multiple of 4 channels, not {channels}')
    quarter = channels // 4
    # From one wave over twice the map to one over a thousandth of that.
    steps = torch.arange(quarter, device=device) / max(quarter - 1, 1)
    frequencies = math.pi * 1000 ** (steps * 0.75)

    def waves(number: int) -> Tensor:
        places = (torch.arange(number, device=device) + 0.5) / number
        angles = places[:, None] * frequencies
        return torch.cat([angles.sin(), angles.cos()], 1)

    rows = waves(height)[:, None].expand(-1, width, -1)
    columns = waves(width)[None].expand(height, -1, -1)
    return torch.cat([rows, columns], -1).flatten(0, 1)
