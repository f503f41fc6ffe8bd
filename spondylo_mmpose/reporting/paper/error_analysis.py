"""Figure 2: how the errors of corners and slips spread."""

from collections.abc import Sequence
from typing import cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spondylo_mmpose.evaluation.agreement import agreement
from spondylo_mmpose.evaluation.clinical import SlipPair, measured_by_truth
from spondylo_mmpose.evaluation.corner_errors import corner_errors
from spondylo_mmpose.evaluation.radial_error import cumulative_errors
from spondylo_mmpose.presentation.figure_style import (
    make_figure,
    nothing_here,
    place_style,
)
from spondylo_mmpose.reporting.paper.panels import add_letter, legend, plain, short
from spondylo_mmpose.reporting.run_record import RunRecord
from spondylo_mmpose.spine.anatomy import FloatArray
from spondylo_mmpose.spine.measurements import GRADES, meyerding_grade

_COLUMNS = 3
_LIMIT = 24.0  # px, right end of the cumulative curves.
_WIDTH = 7.2
_STYLES = ('-', '--', '-.', ':')


def error_analysis(runs: Sequence[RunRecord]) -> Figure:
    """Cumulative errors, box plots, agreement of slips, slip error by true grade.

    Args:
        runs: All with given boxes, or all end to end, where a missed corner is never
            within a distance.
    """
    errors = [corner_errors(run.records).px for run in runs]
    slips = [measured_by_truth(run.records) for run in runs]
    rows = -(-len(runs) // _COLUMNS)
    figure = make_figure(_WIDTH, 2.6 + 2.1 * rows + 2.3)
    heights = [2.6, 2.1 * rows, 2.3]
    parts = figure.subfigures(3, 1, height_ratios=heights)
    upper, middle, lower = cast(np.ndarray, parts)
    curves, boxes = upper.subplots(1, 2)
    _cumulative(curves, runs, errors)
    legend(upper, curves)
    _boxes(boxes, runs, errors)
    columns = min(_COLUMNS, len(runs))
    grid = middle.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    for index, axes in enumerate(grid.flat):
        if index < len(runs):
            _agreement(axes, runs[index].name, slips[index], index)
        else:
            axes.remove()
        # The lowest of each column tells the places.
        if len(runs) - columns <= index < len(runs):
            axes.tick_params(labelbottom=True)
    for axes in grid[:, 0]:
        axes.set_ylabel('predicted - true slip\n(points)', fontsize=8)
    middle.supxlabel('mean of true and predicted slip (%)', fontsize=8)
    _by_grade(lower.subplots(), runs, slips)
    add_letter(curves, 'a')
    add_letter(boxes, 'b')
    add_letter(grid[0, 0], 'c', 16)
    add_letter(lower.axes[0], 'd')
    return figure


def _cumulative(
    axes: Axes, runs: Sequence[RunRecord], errors: Sequence[FloatArray]
) -> None:
    places = np.linspace(0, _LIMIT, 241)
    for index, (run, px) in enumerate(zip(runs, errors, strict=True)):
        axes.plot(
            places, cumulative_errors(px, places), color=place_style(index)[0],
            ls=_STYLES[index % len(_STYLES)], lw=1.4, label=plain(short(run.name)),
        )  # fmt: skip
    axes.set(xlim=(0, _LIMIT), ylim=(0, 101))
    axes.set_xlabel('radial error (px)', fontsize=8)
    axes.set_ylabel('corners within (%)', fontsize=8)
    _finish(axes)


def _boxes(axes: Axes, runs: Sequence[RunRecord], errors: Sequence[FloatArray]) -> None:
    """Quartiles, median, whiskers at the 5th and 95th percentile; lost are counted."""
    finite = [px[np.isfinite(px)] for px in errors]
    drawn = axes.boxplot(
        finite, whis=(5, 95), showfliers=False, widths=0.55, patch_artist=True,
        medianprops={'color': 'black'},
    )  # fmt: skip
    for index, box in enumerate(drawn['boxes']):
        box.set(facecolor=place_style(index)[0], alpha=0.55)
    names = []
    for run, px in zip(runs, errors, strict=True):
        lost = int(np.isinf(px).sum())
        names.append(plain(short(run.name, 16)) + (f'\n{lost} lost' if lost else ''))
    turned = len(runs) > 4
    axes.set_xticks(
        range(1, len(runs) + 1), names, fontsize=6.5, rotation=35 if turned else 0,
        ha='right' if turned else 'center',
    )  # fmt: skip
    axes.set_ylim(0, None)
    axes.set_ylabel('radial error (px)', fontsize=8)
    _finish(axes)


def _agreement(axes: Axes, name: str, pairs: Sequence[SlipPair], index: int) -> None:
    """Bland and Altman's plot; lines are the bias and the limits of agreement."""
    found = agreement([pair.predicted - pair.true for pair in pairs])
    means = [[(p.true + p.predicted) / 2, p.predicted - p.true] for p in pairs]
    points = np.array(means).reshape(-1, 2)
    points = points[np.isfinite(points).all(1)]
    colour, marker = place_style(index)
    x, y = points.T
    axes.scatter(x, y, s=9, lw=0, alpha=0.6, color=colour, marker=marker)
    for line, style in ((found.bias, '-'), *((limit, '--') for limit in found.limits)):
        if np.isfinite(line):
            axes.axhline(line, color='black', lw=0.9, ls=style)
    axes.axhline(0, color='#8a8f98', lw=0.7, ls=':')
    text = f'{short(name)}\nbias {found.bias:+.1f}'
    text += f', limits {found.limits[0]:+.1f} to {found.limits[1]:+.1f}'
    text += f'\n{found.unmeasured} not measured' if found.unmeasured else ''
    if not len(points):
        nothing_here(axes)
        text = short(name)
    axes.set_title(text, fontsize=7, parse_math=False)
    _finish(axes)


def _by_grade(
    axes: Axes, runs: Sequence[RunRecord], slips: Sequence[Sequence[SlipPair]]
) -> None:
    """Mean absolute slip error of the measured pairs by the grade of the truth."""
    threshold = runs[0].no_slip_threshold
    true = [pair.true for pair in slips[0]]
    grades = sorted(set(meyerding_grade(true, threshold).astype(int).tolist()))
    width = 0.8 / len(runs)
    for index, own in enumerate(slips):
        graded = meyerding_grade([pair.true for pair in own], threshold)
        errors = np.abs([pair.predicted - pair.true for pair in own])
        for place, grade in enumerate(grades):
            here = errors[(graded == grade) & np.isfinite(errors)]
            x = place + (index - (len(runs) - 1) / 2) * width
            if here.size:
                colour = place_style(index)[0]
                axes.bar(x, here.mean(), width * 0.9, color=colour, alpha=0.75)
    # The truth, and so the number of pairs, is the same for all runs.
    graded = meyerding_grade([pair.true for pair in slips[0]], threshold)
    names = [f'{GRADES[g]}\nn = {(graded == g).sum()}' for g in grades]
    axes.set_xticks(range(len(grades)), names)
    axes.set_xlabel('true grade', fontsize=8)
    axes.set_ylabel('mean absolute\nslip error (points)', fontsize=8)
    if not grades:
        nothing_here(axes)
    _finish(axes)


def _finish(axes: Axes) -> None:
    axes.tick_params(labelsize=7)
    axes.grid(alpha=0.25)
