"""Corners out of heatmaps of logits, on the device they are on."""

import math
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from spondylo_mmpose.decoding.heatmaps import (
    CANDIDATE_REACH,
    LOGIT_REACH,
    Candidates,
    fit_offsets,
)
from spondylo_mmpose.decoding.joint_corners import choose_cells


class Peaks(NamedTuple):
    """What heatmaps tell.

    Attributes:
        cells: ``(..., 2)`` x and y of the corner, cells.
        mass: ``(...)`` share of the probability in the window around the highest cell.
        mean: ``(..., 2)`` mean of the distribution in that window: differentiable.
    """

    cells: Tensor
    mass: Tensor
    mean: Tensor


def find_peaks(
    logits: Tensor,
    reach: int = LOGIT_REACH,
    subpixel: bool = True,
    at: Tensor | None = None,
) -> Peaks:
    """Find the corner in each map.

    Softmax over the cells makes a map's logits the distribution of the corner. A round
    Gaussian is fitted around the highest cell, as in
    :func:`spondylo_mmpose.decoding.heatmaps.fit_peaks` and with its weights,
    so that nothing is pulled inwards at the border; the logits are the logarithms
    already.

    Args:
        logits: ``(..., H, W)``.
        reach: Cells from the highest to the window's edge.
        subpixel: Fit; otherwise corners are centres of the highest cells.
        at: ``(...)`` cells, counted row by row, that are taken for the highest.
    """
    *lead, height, width = logits.shape
    flat = logits.float().reshape(-1, height * width)
    best, highest = flat.detach().max(1)
    top = best
    if at is not None:
        highest = at.flatten()
        top = flat.detach().gather(1, highest[:, None])[:, 0]
    rows = torch.div(highest, width, rounding_mode='floor')
    columns = highest % width
    steps = torch.arange(-reach, reach + 1, device=logits.device)
    y, x = (grid.flatten() for grid in torch.meshgrid(steps, steps, indexing='ij'))
    at_y, at_x = rows[:, None] + y, columns[:, None] + x
    inside = (at_y >= 0) & (at_y < height) & (at_x >= 0) & (at_x < width)
    index = at_y.clamp(0, height - 1) * width + at_x.clamp(0, width - 1)
    logs = torch.where(inside, flat.gather(1, index) - top[:, None], -math.inf)
    values = logs.exp()
    total = (flat - best[:, None]).exp().sum(1)
    in_window = values.sum(1)
    mean = torch.stack(
        [(values * at_x).sum(1) / in_window, (values * at_y).sum(1) / in_window], 1
    )
    cells = torch.stack([columns, rows], 1).to(flat.dtype)
    if subpixel:
        cells = cells + fit_offsets(logs.detach(), x, y, torch).to(cells)
    return Peaks(
        cells.reshape(*lead, 2),
        (in_window * (top - best).exp() / total).reshape(lead),
        mean.reshape(*lead, 2),
    )


def find_candidates(logits: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Find the highest peaks of each map.

    The same as :func:`spondylo_mmpose.decoding.heatmaps.find_candidates`, on the
    device of the map.

    Args:
        logits: ``(..., H, W)``.
        count: Of peaks, ``K``.

    Returns:
        Cells ``(..., K)``, counted row by row, and the probability around each.
    """
    *lead, height, width = logits.shape
    flat = logits.detach().float().reshape(-1, height * width)
    shares = flat.softmax(1).reshape(-1, 1, height, width)
    side = 2 * CANDIDATE_REACH + 1
    highest = functional.max_pool2d(shares, side, 1, CANDIDATE_REACH)
    around = functional.avg_pool2d(shares, side, 1, CANDIDATE_REACH) * side**2
    masses = torch.where(shares >= highest, around, 0).flatten(1)
    mass, index = masses.topk(count)
    return index.reshape(*lead, count), mass.reshape(*lead, count)


def choose_peaks(logits: Tensor, presence: Tensor, count: int) -> Tensor:
    """Choose the corners of each film together; see :func:`.choose_cells`.

    Args:
        logits: ``(B, S, 4, H, W)``.
        presence: ``(B, S)`` logits; NaN where nothing tells of it.
        count: Candidates of each corner.

    Returns:
        Cells ``(B, S, 4)``, counted row by row.
    """
    index, mass = find_candidates(logits, count)
    chosen = choose_cells(
        Candidates(index.cpu().numpy(), mass.cpu().numpy()),
        logits.shape[-1],
        presence.float().sigmoid().cpu().numpy(),
    )
    return torch.from_numpy(chosen).to(index)
