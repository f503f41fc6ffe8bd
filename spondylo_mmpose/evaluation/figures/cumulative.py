"""Cumulative error curves."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from spondylo_mmpose.evaluation.radial_error import cumulative_errors
from spondylo_mmpose.presentation.figure_style import COLOURS, make_figure
from spondylo_mmpose.spine.anatomy import FloatArray


def cumulative_error(errors: Mapping[str, FloatArray], limit: float = 24.0) -> Figure:
    """Share of the corners within a distance, for each named set of errors.

    Args:
        errors: px, any shape; NaN is left out, infinity is never within.
        limit: Right end of the axis, px.
    """
    figure = make_figure(4.7, 3.1)
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
    return figure
