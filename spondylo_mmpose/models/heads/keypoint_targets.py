"""Corners as positions in the heatmap of a region, and back.

Corners and regions are in continuous coordinates of the input here: the image begins
at 0 and its first pixel ends at 1. A heatmap of ``S x S`` cells covers the region from
edge to edge, so that cell ``i`` of a region from ``x1`` to ``x2`` covers
``x1 + (x2 - x1) * [i / S, (i + 1) / S]``. This is how Detectron2 and torchvision place
keypoints since RoIAlign is aligned; encoding and decoding are each other's inverse.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional


class CellTargets(NamedTuple):
    """Cells that hold a corner, as a distribution over the heatmap.

    Attributes:
        cells: ``(R, K, P)`` int64 flat indices, row by row.
        shares: ``(R, K, P)`` of the probability, their sum over P is 1.
        inside: ``(R, K)`` bool, whether the corner lies in the region.
    """

    cells: Tensor
    shares: Tensor
    inside: Tensor


def encode_cells(
    corners: Tensor, regions: Tensor, size: int, spread: bool
) -> CellTargets:
    """Find the cells of corners in their regions.

    Args:
        corners: ``(R, K, 2)``.
        regions: ``(R, 4)`` x1, y1, x2, y2.
        size: Cells along each side of the heatmap.
        spread: Share a corner among the four cells whose centres surround it, so that
            the distribution's mean is the corner; otherwise the cell that it falls into
            has it all, as in the paper. Within half a cell of the region's edge no four
            centres surround a corner and the mean is off by up to that half.
    """
    where = _in_cells(corners, regions, size)
    inside = ((where >= 0) & (where <= size)).all(-1)
    where = torch.nan_to_num(where).clamp(0, size)
    if not spread:
        column, row = where.floor().clamp(max=size - 1).unbind(-1)
        cells = (row * size + column).long().unsqueeze(-1)
        return CellTargets(cells, torch.ones_like(where[..., :1]), inside)
    centred = (where - 0.5).clamp(0, size - 1)
    first = centred.floor().clamp(max=max(size - 2, 0))
    rest = centred - first
    (x, y), (p, q) = first.unbind(-1), rest.unbind(-1)
    step = 1 if size > 1 else 0
    columns = torch.stack([x, x + step, x, x + step], -1)
    rows = torch.stack([y, y, y + step, y + step], -1)
    shares = torch.stack([(1 - p) * (1 - q), p * (1 - q), (1 - p) * q, p * q], -1)
    return CellTargets((rows * size + columns).long(), shares, inside)


def decode_cells(logits: Tensor, regions: Tensor, radius: int) -> tuple[Tensor, Tensor]:
    """Find the corners that heatmaps tell.

    A corner is the mean of the distribution over the window around its highest cell.
    This gives back exactly what :func:`encode_cells` spreads.

    Args:
        logits: ``(R, K, S, S)``; softmax over the cells makes them probabilities.
        regions: ``(R, 4)`` x1, y1, x2, y2.
        radius: Cells from the highest to the window's edge; 0 takes its centre.

    Returns:
        Corners ``(R, K, 2)``, and ``(R, K)`` the share of the probability that lies in
        the window.
    """
    number, kinds, size, _ = logits.shape
    flat = logits.float().flatten(2).softmax(-1)
    top = flat.argmax(-1)
    offsets = torch.arange(-radius, radius + 1, device=logits.device)
    columns = (top % size).unsqueeze(-1) + offsets
    rows = torch.div(top, size, rounding_mode='floor').unsqueeze(-1) + offsets
    window = functional.pad(flat.view(number, kinds, size, size), [radius] * 4)
    side = 2 * radius + 1
    window = window.flatten(2).gather(
        2,
        (
            (rows + radius).unsqueeze(-1) * (size + 2 * radius)
            + (columns + radius).unsqueeze(-2)
        ).flatten(2),
    ).view(number, kinds, side, side)  # fmt: skip
    score = window.sum((-2, -1))
    x = (window.sum(-2) * columns).sum(-1) / score
    y = (window.sum(-1) * rows).sum(-1) / score
    extent = (regions[:, 2:] - regions[:, :2])[:, None]
    corners = torch.stack([x, y], -1).add(0.5) / size * extent + regions[:, None, :2]
    return corners, score


def _in_cells(corners: Tensor, regions: Tensor, size: int) -> Tensor:
    extent = (regions[:, 2:] - regions[:, :2]).clamp(min=1e-6)[:, None]
    return (corners - regions[:, None, :2]) * (size / extent)
