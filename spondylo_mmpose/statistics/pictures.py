"""Figures about films and vertebrae: counts, ages, sizes, positions, grey values."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from spondylo_mmpose.statistics.film_measures import FilmMeasures, VertebraRow
from spondylo_mmpose.statistics.grey_values import Histogram, mean_and_std
from spondylo_mmpose.statistics.summary import AGE_STEP, cells, level_rank

mpl.use('Agg')

DPI = 200
# Okabe and Ito: told apart with colour-blind eyes too.
PALETTE = ('#0072B2', '#E69F00', '#009E73', '#CC79A7', '#56B4E9', '#D55E00', '#F0E442')
SEXES = {'F': ('women', '#CC79A7'), 'M': ('men', '#0072B2'), None: ('unknown', '#999')}
_STYLE: Any = {
    'font.size': 8,
    'axes.spines.top': False,
    'axes.spines.right': False,
    'axes.axisbelow': True,
    'axes.titlesize': 8,
    'legend.frameon': False,
}
_WIDTH = 7.0  # inch, two columns of a journal


styled = mpl.rc_context(_STYLE)
"""Decorator of every function that draws."""


def new_figure(
    height: float, panels: int = 1, width: float = _WIDTH, **layout: Any
) -> tuple[Figure, Any]:
    """Make a figure.

    Args:
        height: Inches.
        panels: Number of axes side by side.
        width: Inches.
        **layout: Passed to ``Figure.subplots``.

    Returns:
        The figure and an array of its axes.
    """
    figure = Figure(figsize=(width, height), layout='constrained')
    return figure, figure.subplots(1, panels, squeeze=False, **layout)[0]


def save(figure: Figure, path: Path) -> None:
    """Write a figure as PNG."""
    figure.savefig(path, dpi=DPI)


@styled
def draw_counts(films: Sequence[FilmMeasures], path: Path) -> None:
    """Films by their number of vertebrae, and vertebrae by level."""
    figure, (left, right) = new_figure(2.8, 2)
    labelled = [measures for measures in films if measures.vertebrae]
    numbers = sorted({len(m.vertebrae) for m in labelled})
    bottom = np.zeros(len(numbers))
    for i, (split, source, own) in enumerate(cells(labelled)):
        heights = [sum(len(m.vertebrae) == n for m in own) for n in numbers]
        colour = PALETTE[i % len(PALETTE)]
        label = f'{split}, {source} (n={len(own)})'
        left.bar(numbers, heights, bottom=bottom, color=colour, label=label)
        bottom += heights
    left.set(xlabel='labelled vertebrae per film', ylabel='films', xticks=numbers)
    _legend(left, 7)
    levels = [row.level or '?' for m in labelled for row in m.vertebrae]
    names = sorted(set(levels), key=level_rank)
    assumed = any(
        row.level_origin.startswith('assumed') for m in labelled for row in m.vertebrae
    )
    bars = right.barh(names, [levels.count(n) for n in names], color=PALETTE[0])
    right.bar_label(bars, padding=2, fontsize=7)
    right.set(
        xlabel='vertebrae',
        ylabel='level (lowest assumed S1)' if assumed else 'level',
    )
    right.margins(x=0.12)
    _whole_numbers(left, y=True)
    _whole_numbers(right, y=False)
    save(figure, path)


@styled
def draw_ages(films: Sequence[FilmMeasures], path: Path) -> None:
    """Ages by sex; the films without an age are counted in the title."""
    figure, (axes,) = new_figure(2.6)
    rows = [m.film for m in films]
    known = [row for row in rows if row.age is not None]
    without = len(rows) - len(known)
    if known:
        top = max(row.age or 0 for row in known)
        edges = np.arange(0, top + AGE_STEP + 1, AGE_STEP)
        groups = [(sex, [r.age for r in known if r.sex == sex]) for sex in SEXES]
        groups = [(sex, ages) for sex, ages in groups if ages]
        axes.hist(
            [ages for _, ages in groups],
            bins=edges,
            stacked=True,
            color=[SEXES[sex][1] for sex, _ in groups],
            label=[f'{SEXES[sex][0]} (n={len(ages)})' for sex, ages in groups],
            edgecolor='white',
        )
        mean = np.mean([row.age or 0.0 for row in known])
        axes.axvline(mean, color='#333', lw=1, ls='--', label=f'mean {mean:.1f} years')
        axes.set(xticks=edges, xlim=(0, edges[-1]))
        _legend(axes, 7)
    else:
        say(axes, 'no film tells an age')
    axes.set(xlabel='age (years)', ylabel='films')
    axes.set_title(f'{len(known)} films with, {without} without an age', loc='left')
    _whole_numbers(axes, y=True)
    save(figure, path)


@styled
def draw_sizes(films: Sequence[FilmMeasures], path: Path) -> None:
    """Sizes of films and of vertebrae, and the vertebrae's width over height."""
    figure, (left, middle, right) = new_figure(2.5, 3)
    sources = sorted({m.film.source for m in films})
    for i, source in enumerate(sources):
        own = [m for m in films if m.film.source == source]
        colour = PALETTE[i % len(PALETTE)]
        sizes = np.array([(m.film.width, m.film.height) for m in own])
        places, numbers = np.unique(sizes, axis=0, return_counts=True)
        area = 12 + 60 * numbers / len(films)
        left.scatter(*places.T, s=area, color=colour, alpha=0.7, label=source)
        whole = [r for m in own for r in m.vertebrae if r.corners == 4]
        middle.scatter(
            [r.box_width for r in whole],
            [r.box_height for r in whole],
            s=_dot(len(whole)),
            lw=0,
            alpha=0.5,
            color=colour,
        )
        for attribute, style in (('', '-'), ('_true_aspect', '--')):
            ratios = [getattr(r, f'width_height_ratio{attribute}') for r in whole]
            ratios = [ratio for ratio in ratios if ratio is not None]
            if ratios:
                label = f'{source}, {"true aspect" if attribute else "as stored"}'
                right.hist(
                    np.clip(ratios, 0.5, 4),
                    bins=np.arange(0.5, 4.01, 0.1),
                    histtype='step',
                    weights=np.full(len(ratios), 100 / len(ratios)),
                    color=colour,
                    ls=style,
                    label=label,
                )
    left.set(xlabel='film width (px)', ylabel='film height (px)')
    left.set(xlim=(0, None), ylim=(0, None))
    sizes, numbers = np.unique(
        [(m.film.width, m.film.height) for m in films], axis=0, return_counts=True
    )
    for size, number in zip(sizes, numbers, strict=True):
        if len(sizes) <= 4:
            text = f'{size[0]} x {size[1]}, n={number} '
            left.annotate(
                text,
                size,
                (-8, 0),
                textcoords='offset points',
                ha='right',
                va='center',
                fontsize=6,
            )
    left.margins(0.15)
    _legend(left, 7, loc='lower left')
    middle.set(xlabel='hull box width (px)', ylabel='hull box height (px)')
    middle.set(xlim=(0, None), ylim=(0, None))
    right.set(xlabel='end plate / wall length (cut at 4)', ylabel='vertebrae (%)')
    _legend(right, 6)
    save(figure, path)


@styled
def draw_positions(films: Sequence[FilmMeasures], path: Path) -> None:
    """Where vertebrae stand on the film, in shares of its sides."""
    sources = sorted({m.film.source for m in films if m.vertebrae})
    number = max(1, min(len(sources), 4))
    width = min(_WIDTH, 2.9 * number + 0.9)
    figure, panels = new_figure(
        (width - 0.9) / number + 0.5, number, width, sharex=True, sharey=True
    )
    colours = mpl.colormaps['turbo']
    rows = [row for m in films for row in m.vertebrae]
    names = sorted({row.level or '?' for row in rows}, key=level_rank)
    for axes, source in zip(panels, sources, strict=False):
        for i, name in enumerate(names):
            own = [
                _share(row, m)
                for m in films
                if m.film.source == source
                for row in m.vertebrae
                if (row.level or '?') == name
            ]
            if own:
                axes.scatter(
                    *np.transpose(own),
                    s=_dot(len(own)),
                    lw=0,
                    alpha=0.7,
                    color='#777'
                    if name == '?'
                    else colours(0.08 + 0.84 * i / max(1, len(names) - 1)),
                    label=name,
                )
        shown = sum(m.film.source == source and bool(m.vertebrae) for m in films)
        axes.set(xlim=(0, 1), ylim=(1, 0), xlabel='x / width')
        axes.set_title(f'{source} ({shown} films)', loc='left')
        axes.set_aspect('equal')
        axes.grid(alpha=0.25)
    panels[0].set_ylabel('y / height')
    handles = {
        label: handle
        for axes in panels
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    names = sorted(handles, key=level_rank, reverse=True)
    legend = figure.legend(
        [handles[name] for name in names], names, loc='outside right center', fontsize=7
    )
    for handle in legend.legend_handles:
        if handle is not None:
            handle.set_alpha(1)
            handle.set_sizes([16])  # type: ignore[attr-defined]
    save(figure, path)


@styled
def draw_grey_values(histograms: Mapping[str, Histogram], path: Path) -> None:
    """Share of the pixels by grey value, a line for each source."""
    figure, (axes,) = new_figure(2.4)
    for i, (name, histogram) in enumerate(histograms.items()):
        number = histogram.sum()
        if number:
            mean, std = mean_and_std(histogram)
            label = f'{name} (mean {mean:.1f}, sd {std:.1f})'
            colour = PALETTE[i % len(PALETTE)]
            # Two values a step: films of 7 bits would give a comb.
            shares = 100 * histogram.reshape(-1, 2).mean(1) / number
            axes.step(
                range(0, 256, 2), shares, lw=1, color=colour, label=label, where='post'
            )
    axes.set(xlabel='grey value', ylabel='pixels (%)', xlim=(0, 255), yscale='log')
    _legend(axes, 7)
    save(figure, path)


def _legend(axes: Axes, size: int, loc: Any = 'best') -> None:
    if axes.get_legend_handles_labels()[0]:
        axes.legend(fontsize=size, loc=loc)


def _share(row: VertebraRow, measures: FilmMeasures) -> tuple[float, float]:
    return row.centre_x / measures.film.width, row.centre_y / measures.film.height


def _dot(number: int) -> float:
    """Area of a marker: smaller the more there are."""
    return float(np.clip(3000 / max(number, 1), 3, 16))


def _whole_numbers(axes: Axes, y: bool) -> None:
    axis = axes.yaxis if y else axes.xaxis
    axis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(axis='y' if y else 'x', alpha=0.25)


def say(axes: Axes, text: str) -> None:
    """Write a line in place of axes that have nothing to show."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, ha='center', va='center', transform=axes.transAxes)
