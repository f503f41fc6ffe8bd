"""Pictures of a report as PNG bytes."""

import io
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from spondylo_mmpose.evaluation.radial_error import cumulative_errors
from spondylo_mmpose.spine.anatomy import FloatArray

mpl.use('Agg')

COLOURS = {'model': '#1f6feb', 'mean shape': '#b26a00', 'box corners': '#8a8f98'}


def to_png(figure: Figure) -> bytes:
    """Render a figure."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format='png', dpi=110, bbox_inches='tight')
    return buffer.getvalue()


def training_curves(scalars: Sequence[dict[str, Any]], floor: float) -> bytes | None:
    """Loss over iterations and validation MRE over epochs.

    Args:
        scalars: Lines of the training log; those with ``loss`` are training steps.
        floor: MRE of the mean shape, px, drawn as a line to compare with.

    Returns:
        PNG, or ``None`` when there is nothing to draw.
    """
    steps = [line for line in scalars if 'loss' in line]
    epochs = [line for line in scalars if 'corner/MRE_px' in line]
    if not steps:
        return None
    figure = Figure(figsize=(9, 3))
    loss, error = figure.subplots(1, 2)
    loss.plot([s['step'] for s in steps], [s['loss'] for s in steps], lw=1.2)
    loss.set(xlabel='iteration', ylabel='training loss', yscale='log')
    if epochs:
        error.plot(
            [s['step'] for s in epochs],
            [s['corner/MRE_px'] for s in epochs],
            marker='.',
            color=COLOURS['model'],
            label='model',
        )
    error.axhline(floor, color=COLOURS['mean shape'], ls='--', label='mean shape')
    error.set(xlabel='epoch', ylabel='validation MRE (px)', ylim=(0, None))
    error.legend()
    for axes in (loss, error):
        axes.grid(alpha=0.3)
    return to_png(figure)


def cumulative_error(errors: dict[str, FloatArray], limit: float = 24.0) -> bytes:
    """Share of the corners within a distance, for each named set of errors (px)."""
    figure = Figure(figsize=(4.6, 3))
    axes = figure.subplots()
    grid = np.linspace(0, limit, 241)
    for name, values in errors.items():
        share = cumulative_errors(values, grid)
        axes.plot(grid, share, label=name, color=COLOURS.get(name))
    axes.set(
        xlabel='radial error (px)',
        ylabel='corners within (%)',
        xlim=(0, limit),
        ylim=(0, 101),
    )
    axes.grid(alpha=0.3)
    axes.legend(loc='lower right')
    return to_png(figure)
