"""Figures about slips and Meyerding grades."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from spondylo_mmpose.spine.measurements import GRADE_BORDERS, GRADES
from spondylo_mmpose.statistics.film_measures import FilmMeasures, PairRow
from spondylo_mmpose.statistics.pictures import PALETTE, new_figure, save, say, styled
from spondylo_mmpose.statistics.summary import pair_names

_GRADE_COLOURS = ('#d9d9d9', '#fdd0a2', '#fdae6b', '#f16913', '#d94801', '#7f2704')
_BOX_FROM = 5
_KINDS = (('', 'as stored'), ('_true_aspect', 'true aspect'))


@styled
def draw_slips(films: Sequence[FilmMeasures], path: Path, threshold: float) -> None:
    """Slip of each pair of levels: box, whiskers at 5 and 95 %, each pair a dot.

    A panel for the slips as stored and, where there are any, one for the true aspect.
    """
    pairs, kinds = _measured(films)
    figure, panels = new_figure(3.2, len(kinds), sharey=True)
    for axes, (suffix, title) in zip(panels, kinds, strict=True):
        names, values = _by_pair(pairs, f'slip_percent{suffix}')
        if names:
            _mark_borders(axes, threshold)
            axes.boxplot(
                # Of a handful of pairs the dots tell enough.
                [slips if len(slips) >= _BOX_FROM else [] for slips in values],
                whis=(5, 95),
                showfliers=False,
                widths=0.55,
                tick_labels=[
                    f'{n}\nn={len(v)}' for n, v in zip(names, values, strict=True)
                ],
                medianprops={'color': '#b2182b', 'lw': 1.4},
            )
        else:
            say(axes, 'no slip was measured')
        jitter = np.random.default_rng(0)
        for place, slips in enumerate(values, start=1):
            spread = jitter.uniform(-0.2, 0.2, len(slips))
            area = float(np.clip(1500 / max(len(slips), 1), 2, 9))
            axes.scatter(
                place + spread, slips, s=area, lw=0, alpha=0.45, color=PALETTE[0]
            )
        axes.tick_params(axis='x', labelsize=6.5)
        axes.set_title(f'{title} (n={sum(map(len, values))} pairs)', loc='left')
    slips = [row.slip_percent or 0.0 for row in pairs]
    low, high = min([-30.0, *slips]), max([30.0, *slips])
    panels[0].set_ylim(1.08 * low, 1.08 * high)
    panels[0].set_ylabel('slip (% of the lower end plate)\nretro-  |  anterolisthesis')
    save(figure, path)


@styled
def draw_grades(films: Sequence[FilmMeasures], path: Path, threshold: float) -> None:
    """Share of the Meyerding grades in each pair of levels."""
    pairs, kinds = _measured(films)
    rows = max(len(pair_names(pairs)), 1)
    figure, panels = new_figure(1.3 + 0.24 * rows, len(kinds), sharey=True)
    for axes, (suffix, title) in zip(panels, kinds, strict=True):
        names, values = _by_pair(pairs, f'grade{suffix}')
        left = np.zeros(len(names))
        for grade, colour in zip(GRADES, _GRADE_COLOURS, strict=True):
            counts = np.array([grades.count(grade) for grades in values])
            shares = 100 * counts / [len(grades) for grades in values]
            bars = axes.barh(names, shares, left=left, color=colour, label=grade)
            # A number where it fits.
            labels = [
                str(n) if share >= 3.5 else ''
                for n, share in zip(counts, shares, strict=True)
            ]
            axes.bar_label(bars, labels, label_type='center', fontsize=6)
            left += shares
        if not names:
            say(axes, 'no slip was measured')
        for place, grades in enumerate(values):
            axes.text(101, place, f'{len(grades)}', va='center', fontsize=6.5)
        axes.set(xlim=(0, 100), xlabel='pairs (%), number inside')
        axes.set_title(f'{title} (n={sum(map(len, values))} pairs)', loc='left')
    if not pairs:
        save(figure, path)
        return
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(
        handles,
        labels,
        title=f'Meyerding grade (0: |slip| below {threshold:g} %)',
        loc='outside lower center',
        ncols=len(GRADES),
        fontsize=7,
        title_fontsize=7,
    )
    save(figure, path)


def _measured(
    films: Sequence[FilmMeasures],
) -> tuple[list[PairRow], list[tuple[str, str]]]:
    """Pairs with a slip, and the kinds of slip that there are."""
    pairs = [row for m in films for row in m.pairs if row.slip_percent is not None]
    known = any(row.slip_percent_true_aspect is not None for row in pairs)
    return pairs, list(_KINDS if known else _KINDS[:1])


def _by_pair(pairs: Sequence[PairRow], attribute: str) -> tuple[list[str], list[list]]:
    """Values of the pairs that have any, from the lowest pair upward."""
    values: dict[str, list] = {name: [] for name in pair_names(pairs)}
    for row in pairs:
        value = getattr(row, attribute)
        if value is not None:
            values[row.pair].append(value)
    values = {name: own for name, own in values.items() if own}
    return list(values), list(values.values())


def _mark_borders(axes: Axes, threshold: float) -> None:
    axes.axhspan(-threshold, threshold, color='#009E73', alpha=0.12, lw=0)
    axes.axhline(0, color='#888', lw=0.6)
    for border in GRADE_BORDERS:
        for sign in (-1, 1):
            axes.axhline(sign * border, color='#888', lw=0.6, ls=':')
