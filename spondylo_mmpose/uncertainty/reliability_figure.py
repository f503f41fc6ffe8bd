"""Whether deviations and intervals hold, as a picture."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spondylo_mmpose.presentation.figure_style import make_figure, nothing_here
from spondylo_mmpose.uncertainty.calibration import ALL
from spondylo_mmpose.uncertainty.coverage import (
    BINS,
    CoverageCheck,
    Errors,
    reliability_bins,
)

_GRID = np.linspace(0.01, 0.99, 99)
_TOLD, _NORMAL, _CONFORMAL = '#8a8f98', '#1f6feb', '#d1242f'


def reliability_figure(check: CoverageCheck) -> Figure:
    """Draw the coverage and the size of deviations, of corners and of slips.

    Left column: share of true values that intervals hold, against what they
    promise; curves take errors for normal, points are the intervals that the
    calibration gives, conformal or normal, with 95 % intervals over patients. Right
    column: root mean square error made against deviation said, each point a tenth of
    the corners or pairs. What is right lies on the diagonal.

    Args:
        check: Of :func:`.check_coverage`.
    """
    figure = make_figure(7.6, 7.0)
    axes = figure.subplots(2, 2)
    for row, (name, errors, told, unit) in enumerate(
        (
            ('corners', check.corners, check.told, 'px'),
            ('slips', check.slips, None, 'percentage points'),
        )
    ):
        _draw_coverage(axes[row, 0], check, name, errors, told)
        _draw_sizes(axes[row, 1], name, errors, told, unit)
    return figure


def _draw_coverage(
    axes: Axes, check: CoverageCheck, name: str, errors: Errors, told: Errors | None
) -> None:
    number = len(errors.errors)
    axes.set(
        title=f'{number} {name if name == "corners" else "pairs"}',
        xlabel='nominal coverage (%)',
        ylabel=f'{name} within (%)',
        xlim=(0, 100),
        ylim=(0, 101),
        aspect='equal',
    )
    if not number:
        nothing_here(axes)
        return
    axes.plot([0, 100], [0, 100], color='black', linewidth=0.8)
    if told is not None:
        axes.plot(100 * _GRID, _held(told), color=_TOLD, label='as the model says')
    axes.plot(100 * _GRID, _held(errors), color=_NORMAL, label='calibrated, normal')
    rows = [
        row
        for row in check.rows
        if (row.of, row.kind, row.method) == (name, ALL, check.method)
    ]
    actual = np.array([row.actual for row in rows])
    limits = np.array([(row.low, row.high) for row in rows]).T
    axes.errorbar(
        [row.nominal for row in rows],
        actual,
        np.abs(limits - actual),
        fmt='o',
        markersize=4,
        color=_CONFORMAL,
        label=check.method,
    )
    axes.grid(alpha=0.3)
    axes.legend(loc='lower right', fontsize='small')


def _held(errors: Errors) -> list[float]:
    scores = np.sort(errors.scores)
    quantiles = [errors.normal_quantile(coverage) for coverage in _GRID]
    return list(100 * np.searchsorted(scores, quantiles, side='right') / len(scores))


def _draw_sizes(
    axes: Axes, name: str, errors: Errors, told: Errors | None, unit: str
) -> None:
    axes.set(
        title=f'errors of {name}',
        xlabel=f'deviation said ({unit})',
        ylabel=f'error made, RMS ({unit})',
    )
    if len(errors.errors) < BINS:
        nothing_here(axes)
        return
    largest = 0.0
    for one, colour, label in (
        (told, _TOLD, 'as the model says'),
        (errors, _NORMAL, 'calibrated'),
    ):
        if one is not None:
            said, made = reliability_bins(one)
            axes.plot(said, made, 'o-', markersize=4, color=colour, label=label)
            largest = max(largest, said.max(), made.max())
    axes.plot([0, largest], [0, largest], color='black', linewidth=0.8)
    axes.set(xlim=(0, 1.05 * largest), ylim=(0, 1.05 * largest))
    axes.grid(alpha=0.3)
    axes.legend(loc='lower right', fontsize='small')
