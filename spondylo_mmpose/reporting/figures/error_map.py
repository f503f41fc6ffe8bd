"""Mean error of each corner at each level as a picture of numbers."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from spondylo_mmpose.evaluation.corner_errors import corner_errors
from spondylo_mmpose.evaluation.corner_tables import ALL_LEVELS, UNKNOWN_LEVEL
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.reporting.figures.style import make_figure
from spondylo_mmpose.spine.anatomy import CORNERS, LEVELS

ALL_CORNERS = 'all corners'


def error_map(records: Sequence[VertebraRecord]) -> Figure:
    """Mean error by level (rows, as they stand in the film) and corner (columns).

    Under each mean stand the corners that it is taken over. Those without a finite
    prediction have no mean; they are counted beside.

    Args:
        records: Vertebrae.
    """
    px = corner_errors(records).px
    levels = np.array([record.level or UNKNOWN_LEVEL for record in records], object)
    rows = [level for level in reversed(LEVELS) if (levels == level).any()]
    rows += sorted({str(level) for level in levels} - set(LEVELS))
    columns = (*CORNERS, ALL_CORNERS)
    means = np.full((len(rows) + 1, len(columns)), np.nan)
    texts = []
    for i, row in enumerate((*rows, ALL_LEVELS)):
        here = px if row == ALL_LEVELS else px[levels == row]
        for j in range(len(columns)):
            errors = (here if j == len(CORNERS) else here[:, j]).ravel()
            finite = errors[np.isfinite(errors)]
            lost = int(np.isinf(errors).sum())
            if finite.size:
                means[i, j] = finite.mean()
            texts.append((i, j, _text(means[i, j], finite.size, lost)))
    figure = make_figure(6.4, 0.9 + 0.42 * len(means))
    axes = figure.subplots()
    shown = axes.imshow(means, aspect='auto', cmap='Blues', vmin=0)
    high = 0.6 * np.nanmax(means) if np.isfinite(means).any() else np.inf
    for i, j, text in texts:
        colour = 'white' if means[i, j] > high else 'black'
        axes.text(j, i, text, ha='center', va='center', fontsize=8, color=colour)
    axes.set_xticks(range(len(columns)), [name.replace('_', '\n') for name in columns])
    axes.set_yticks(range(len(means)), [*rows, ALL_LEVELS])
    axes.tick_params(length=0, labelsize=8.5)
    axes.xaxis.tick_top()
    # The sums stand apart from what they sum.
    axes.axhline(len(rows) - 0.5, color='white', lw=4)
    axes.axvline(len(CORNERS) - 0.5, color='white', lw=4)
    axes.spines[:].set_visible(False)
    figure.colorbar(shown, ax=axes, label='mean radial error (px)', shrink=0.9)
    return figure


def _text(mean: float, number: int, lost: int) -> str:
    if not number and not lost:
        return '-'
    text = f'{mean:.2f}' if number else 'none found'
    return f'{text}\nn = {number}' + (f', {lost} lost' if lost else '')
