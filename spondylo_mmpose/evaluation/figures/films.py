"""How the errors spread over the films."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from spondylo_mmpose.presentation.figure_style import (
    COLOURS,
    MISSED,
    make_figure,
    nothing_here,
)


def film_spread(
    errors: Sequence[float], what: str = 'MRE of the film', floor: float | None = None
) -> Figure:
    """Error of every film from the best to the worst.

    Films whose error is infinite, because a corner is missing, stand at the right end
    without a height.

    Args:
        errors: One for each film, px; NaN is left out.
        what: What they are.
        floor: MRE of the mean shape over all films, px, drawn to compare with.
    """
    known = np.sort([e for e in errors if not np.isnan(e)])
    finite = known[np.isfinite(known)]
    figure = make_figure(6.2, 3.1)
    axes = figure.subplots()
    places = np.arange(1, len(finite) + 1)
    axes.bar(places, finite, width=0.85, color=COLOURS['model'], alpha=0.8)
    lost = len(known) - len(finite)
    if lost:
        start, end = len(finite) + 0.5, len(known) + 0.5
        text = f'{lost} with missing corners'
        axes.axvspan(start, end, color=MISSED, alpha=0.3, lw=0, label=text)
    if finite.size:
        median = float(np.median(known))
        if np.isfinite(median):
            text = f'median {median:.2f} px'
            axes.axhline(median, color='black', lw=1, ls='--', label=text)
    else:
        nothing_here(axes)
    if floor is not None and np.isfinite(floor):
        text = f'mean shape, all films {floor:.2f} px'
        axes.axhline(floor, color=COLOURS['mean shape'], lw=1, ls=':', label=text)
    axes.set(
        xlabel='films from the best to the worst',
        ylabel=f'{what} (px)',
        xlim=(0.4, max(len(known), 1) + 0.6),
        ylim=(0, None),
    )
    axes.grid(alpha=0.3, axis='y')
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc='upper left', fontsize='small')
    return figure
