"""The confusion matrix of the Meyerding grades."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from spondylo_mmpose.reporting.figures.style import make_figure


def confusion_matrix(
    counts: ArrayLike, rows: Sequence[str], columns: Sequence[str]
) -> Figure:
    """Pairs by true (rows) and predicted grade (columns).

    Colour and percentage are shares of the row, so that rare grades can be seen.
    Grades that nobody has are left out, and the last column where it is empty.

    Args:
        counts: ``(R, C)`` pairs; the first ``R`` columns are those of the rows.
        rows: Names of the true grades.
        columns: Names of the predicted ones, further ones after the grades.
    """
    table = np.asarray(counts, dtype=np.int64)
    used = table.sum(1) + table.sum(0)[: len(rows)] > 0
    kept = np.flatnonzero(used)
    beyond = np.arange(len(rows), len(columns))
    across = np.concatenate([kept, beyond[table[:, beyond].sum(0) > 0]])
    table = table[np.ix_(kept, across)]
    totals = table.sum(1, keepdims=True)
    share = np.divide(
        100.0 * table, totals, out=np.zeros(table.shape), where=totals > 0
    )
    figure = make_figure(
        1.6 + 0.85 * max(len(across), 3), 1.1 + 0.6 * max(len(kept), 2)
    )
    axes = figure.subplots()
    axes.imshow(share, cmap='Blues', vmin=0, vmax=100, aspect='auto')
    for (i, j), number in np.ndenumerate(table):
        text = f'{number}\n{share[i, j]:.0f} %' if number else '0'
        colour = 'white' if share[i, j] > 60 else 'black' if number else '#8a8f98'
        axes.text(j, i, text, ha='center', va='center', fontsize=8.5, color=colour)
    names = [columns[j].replace(' ', '\n') for j in across]
    axes.set_xticks(range(len(across)), names)
    labels = [
        f'{rows[i]}  (n = {total})'
        for i, total in zip(kept, totals.ravel(), strict=True)
    ]
    axes.set_yticks(range(len(kept)), labels)
    axes.tick_params(length=0)
    axes.set(xlabel='predicted grade', ylabel='true grade')
    axes.set_xticks(np.arange(len(across) - 1) + 0.5, minor=True)
    axes.set_yticks(np.arange(len(kept) - 1) + 0.5, minor=True)
    axes.grid(which='minor', color='white', lw=2)
    axes.tick_params(which='minor', length=0)
    axes.spines[:].set_visible(False)
    return figure
