"""Curves of a training run."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from spondylo_mmpose.presentation.figure_style import COLOURS, make_figure

Scalars = Sequence[dict[str, Any]]

PREFIXES = ('corner', 'spine')
"""Metrics whose errors are drawn, given boxes or end to end."""

SDR_DRAWN = (2, 5, 10)
"""Thresholds in px of the success rates that are drawn."""


def training_curves(
    scalars: Scalars,
    floor: float | None = None,
    best_by: str | None = None,
    greatest: bool = False,
) -> Figure | None:
    """Loss and its terms, learning rate, validation MRE and SDR.

    Args:
        scalars: Lines of the training log; training steps have a ``loss``,
            validations an MRE.
        floor: MRE of the mean shape on the tested films, px, drawn to compare with.
        best_by: Value that chose the checkpoint; MRE where none is given.
        greatest: Whether that value's greatest is the best.

    Returns:
        ``None`` when there is nothing to draw.
    """
    steps = [line for line in scalars if 'loss' in line]
    checks, prefix = validations(scalars)
    panels: list[Callable[[Axes], None]] = []
    if steps:
        panels.append(lambda axes: _losses(axes, steps))
    if any('lr' in line for line in steps):
        panels.append(lambda axes: _learning_rate(axes, steps))
    if checks:
        best = best_validation(scalars, best_by, greatest)
        # The steps of validations are epochs where training counts epochs.
        unit = 'epoch' if any('epoch' in line for line in steps) else 'iteration'
        panels.append(lambda axes: _errors(axes, checks, prefix, unit, floor, best))
        panels.append(lambda axes: _success(axes, checks, prefix, unit, best))
    if not panels:
        return None
    rows = -(-len(panels) // 2)
    figure = make_figure(9.4 if len(panels) > 1 else 4.7, 2.9 * rows)
    grid = figure.subplots(rows, min(len(panels), 2), squeeze=False)
    for axes, draw in zip(grid.flat, panels, strict=False):
        draw(axes)
        axes.grid(alpha=0.3)
    for axes in grid.flat[len(panels) :]:
        axes.remove()
    return figure


def validations(scalars: Scalars) -> tuple[list[dict[str, Any]], str]:
    """Lines of validations by rising step, and the prefix of their errors."""
    for prefix in PREFIXES:
        lines = [line for line in scalars if f'{prefix}/MRE_px' in line]
        if lines:
            return sorted(lines, key=lambda line: line['step']), prefix
    return [], PREFIXES[0]


def best_validation(
    scalars: Scalars, best_by: str | None = None, greatest: bool = False
) -> int | None:
    """Step of the best validation, the earliest of equal ones.

    Args:
        scalars: Lines of the training log.
        best_by: Value that chose the checkpoint; MRE where none is given or logged.
        greatest: Whether that value's greatest is the best.
    """
    lines, prefix = validations(scalars)
    if best_by is None or not any(best_by in line for line in lines):
        best_by, greatest = f'{prefix}/MRE_px', False
    sign = -1 if greatest else 1
    known = [line for line in lines if np.isfinite(_number(line, best_by))]
    return min(known, key=lambda line: sign * line[best_by])['step'] if known else None


def _losses(axes: Axes, steps: Scalars) -> None:
    terms = [name for name in _names(steps) if 'loss' in name and name != 'loss']
    # A single term is the loss itself.
    for name in ['loss', *(terms if len(terms) > 1 else [])]:
        here = [line for line in steps if name in line]
        whole = name == 'loss'
        axes.plot(
            [line['step'] for line in here],
            [_number(line, name) for line in here],
            lw=1.6 if whole else 1.0,
            color='black' if whole and len(terms) > 1 else None,
            label=name,
        )
    values = [_number(line, name) for line in steps for name in ('loss', *terms)]
    positive = all(value > 0 for value in values if np.isfinite(value))
    scale = 'log' if positive else 'linear'
    axes.set(xlabel='iteration', ylabel='training loss', yscale=scale)
    if len(terms) > 1:
        axes.legend(fontsize='small')


def _learning_rate(axes: Axes, steps: Scalars) -> None:
    here = [line for line in steps if 'lr' in line]
    axes.plot([line['step'] for line in here], [_number(line, 'lr') for line in here])
    axes.set(xlabel='iteration', ylabel='learning rate', ylim=(0, None))
    axes.ticklabel_format(axis='y', style='sci', scilimits=(0, 0))


def _errors(
    axes: Axes,
    lines: Scalars,
    prefix: str,
    unit: str,
    floor: float | None,
    best: int | None,
) -> None:
    steps = [line['step'] for line in lines]
    for name, text, colour in (
        ('MRE_px', 'mean (MRE)', COLOURS['model']),
        ('median_px', 'median', '#7aa7f0'),
    ):
        values = [_number(line, f'{prefix}/{name}') for line in lines]
        axes.plot(steps, values, marker='.', color=colour, label=text)
    if floor is not None and np.isfinite(floor):
        colour = COLOURS['mean shape']
        axes.axhline(floor, color=colour, ls='--', label='mean shape, tested films')
    of = ' of the matched' if prefix == 'spine' else ''
    axes.set(xlabel=unit, ylabel=f'validation error{of} (px)', ylim=(0, None))
    _finish(axes, unit, best)


def _success(
    axes: Axes, lines: Scalars, prefix: str, unit: str, best: int | None
) -> None:
    for threshold in SDR_DRAWN:
        name = f'{prefix}/SDR@{threshold}px'
        here = [line for line in lines if name in line]
        if here:
            axes.plot(
                [line['step'] for line in here],
                [_number(line, name) for line in here],
                marker='.',
                label=f'within {threshold} px',
            )
    axes.set(xlabel=unit, ylabel='validation SDR (%)', ylim=(0, 101))
    _finish(axes, unit, best)


def _finish(axes: Axes, unit: str, best: int | None) -> None:
    if best is not None:
        axes.axvline(
            best, color='#2da44e', lw=1.2, ls=':', label=f'best: {unit} {best}'
        )
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(fontsize='small')


def _names(steps: Scalars) -> list[str]:
    return list(dict.fromkeys(name for line in steps for name in line))


def _number(line: dict[str, Any], name: str) -> float:
    value = line.get(name)
    return float(value) if isinstance(value, int | float) else float('nan')
