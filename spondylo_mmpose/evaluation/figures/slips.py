"""Predicted beside true slips."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spondylo_mmpose.evaluation.agreement import agreement
from spondylo_mmpose.evaluation.clinical import SlipPair, level_pair_key
from spondylo_mmpose.presentation.figure_style import (
    make_figure,
    nothing_here,
    place_style,
)
from spondylo_mmpose.spine.measurements import (
    GRADE_BORDERS,
    GRADES,
    NO_SLIP_THRESHOLD,
)


def bland_altman(pairs: Sequence[SlipPair]) -> Figure:
    """Difference of the slips over their mean (Lancet 1986; 327: 307-310).

    Bias and limits of agreement are drawn with their 95 % intervals as bands. Pairs
    that were not measured have no place; they are counted.

    Args:
        pairs: Those without a finite true slip are left out.
    """
    known = [pair for pair in pairs if np.isfinite(pair.true)]
    found = agreement([pair.predicted - pair.true for pair in known])
    figure = make_figure(6.2, 3.7)
    axes = figure.subplots()
    _scatter(
        axes,
        known,
        lambda p: ((p.true + p.predicted) / 2, p.predicted - p.true),
    )
    lines = (
        (found.bias, found.bias_interval, 'bias', '-'),
        (found.limits[0], found.limit_intervals[0], 'lower limit', '--'),
        (found.limits[1], found.limit_intervals[1], 'upper limit', '--'),
    )
    for value, interval, text, style in lines:
        if not np.isfinite(value):
            continue
        axes.axhline(value, color='black', lw=1, ls=style)
        if np.isfinite(interval).all():
            axes.axhspan(*interval, color='grey', alpha=0.18, lw=0)
        axes.annotate(
            f'{text} {value:+.1f}',
            (1, value),
            xycoords=('axes fraction', 'data'),
            xytext=(4, 0),
            textcoords='offset points',
            va='center',
            fontsize=8,
        )
    axes.axhline(0, color='#8a8f98', lw=0.8, ls=':')
    axes.set(
        xlabel='mean of true and predicted slip (%)',
        ylabel='predicted - true (percentage points)',
    )
    _legend(figure, axes, found.unmeasured)
    return figure


def slip_scatter(
    pairs: Sequence[SlipPair], no_slip_threshold: float = NO_SLIP_THRESHOLD
) -> Figure:
    """Predicted over true slip with the borders between the grades.

    Args:
        pairs: Those without a finite true slip are left out.
        no_slip_threshold: |slip| in percent below which a pair has grade 0.
    """
    known = [pair for pair in pairs if np.isfinite(pair.true)]
    figure = make_figure(5.4, 4.4)
    axes = figure.subplots()
    _scatter(axes, known, lambda p: (p.true, p.predicted))
    values = [v for p in known for v in (p.true, p.predicted) if np.isfinite(v)]
    low, high = min([-10.0, *values]), max([30.0, *values])
    span = (low - 0.05 * (high - low), high + 0.05 * (high - low))
    axes.plot(span, span, color='black', lw=0.8)
    bounds = (no_slip_threshold, *GRADE_BORDERS)
    for border in {*bounds, *(-b for b in bounds)}:
        if span[0] < border < span[1]:
            axes.axvline(border, color='#8a8f98', lw=0.7, ls=':')
            axes.axhline(border, color='#8a8f98', lw=0.7, ls=':')
    for grade, left, right in zip(GRADES[1:], bounds, (*bounds[1:], 1e9), strict=False):
        middle = (left + min(right, span[1])) / 2
        if left < span[1]:
            axes.text(middle, span[0], grade, ha='center', va='bottom', color='#57606a')
    axes.set(xlabel='true slip (%)', ylabel='predicted slip (%)', xlim=span, ylim=span)
    _legend(figure, axes, sum(not np.isfinite(p.predicted) for p in known))
    return figure


def _scatter(
    axes: Axes,
    pairs: Sequence[SlipPair],
    place: Callable[[SlipPair], tuple[float, float]],
) -> None:
    names = sorted({pair.name for pair in pairs}, key=level_pair_key)
    for index, name in enumerate(names):
        points = np.array([place(p) for p in pairs if p.name == name])
        points = points[np.isfinite(points).all(1)]
        colour, marker = place_style(index)
        axes.scatter(
            points[:, 0],
            points[:, 1],
            s=16,
            alpha=0.75,
            lw=0,
            color=colour,
            marker=marker,
            label=name,
        )
    if not names:
        nothing_here(axes)
    axes.grid(alpha=0.25)


def _legend(figure: Figure, axes: Axes, unmeasured: int) -> None:
    title = f'{unmeasured} not measured' if unmeasured else None
    if axes.get_legend_handles_labels()[0]:
        figure.legend(
            loc='outside right upper', fontsize=8, title=title, title_fontsize=8
        )
