"""Figure 3: errors of each level and corner for every run."""

from collections.abc import Sequence
from typing import cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, PowerNorm
from matplotlib.figure import Figure

from spondylo_mmpose.evaluation.corner_errors import corner_errors
from spondylo_mmpose.evaluation.corner_tables import ALL_LEVELS, UNKNOWN_LEVEL
from spondylo_mmpose.presentation.figure_style import make_figure, place_style
from spondylo_mmpose.reporting.paper.panels import add_letter, legend, plain, short
from spondylo_mmpose.reporting.run_record import RunRecord
from spondylo_mmpose.spine.anatomy import CORNERS, LEVELS, FloatArray

_COLUMNS = 3
_HEADS = (*(''.join(part[0] for part in c.split('_')).upper() for c in CORNERS), 'all')
"""SL, SR, IL, IR: superior and inferior, left and right as seen in the image."""


def vertebra_errors(runs: Sequence[RunRecord]) -> Figure:
    """Mean error by level (a point for each run), and by level and corner (a map each).

    Args:
        runs: All with given boxes, or all end to end; there the means are of the
            corners found, and the lost ones are told.
    """
    levels = _levels(runs)
    maps = [_means(run, levels) for run in runs]
    rows = -(-len(runs) // _COLUMNS)
    height = 0.55 + 0.27 * (len(levels) + 1)
    figure = make_figure(7.2, 2.5 + height * rows)
    heights = [2.5, height * rows]
    parts = figure.subfigures(2, 1, height_ratios=heights)
    upper, lower = cast(np.ndarray, parts)
    _by_level(upper.subplots(), runs, levels, maps)
    columns = min(_COLUMNS, len(runs))
    grid = lower.subplots(rows, columns, squeeze=False)
    every = np.concatenate([means.ravel() for means, _ in maps])
    norm = _norm(every[np.isfinite(every)])
    for index, axes in enumerate(grid.flat):
        if index >= len(runs):
            axes.remove()
            continue
        shown = _map(axes, maps[index], levels, norm)
        axes.set_title(short(runs[index].name), fontsize=7.5, parse_math=False)
    used = grid.ravel().tolist()[: len(runs)]
    bar = lower.colorbar(shown, ax=used, shrink=0.9 / rows, pad=0.01)
    bar.set_label('mean radial error (px)', fontsize=7.5)
    bar.ax.tick_params(labelsize=7)
    legend(upper, upper.axes[0])
    add_letter(upper.axes[0], 'a')
    add_letter(grid[0, 0], 'b', 14)
    return figure


def _norm(means: FloatArray) -> Normalize:
    """One scale for all maps, bent where a bad run would hide what the others show."""
    high = float(means.max()) if means.size else 1.0
    is_wide = means.size > 0 and high > 5 * float(np.median(means))
    # The darkest colours would hide the numbers.
    return PowerNorm(0.5, 0, 1.3 * high) if is_wide else Normalize(0, 1.3 * high)


def _levels(runs: Sequence[RunRecord]) -> list[str]:
    """Levels from the head down, unknown ones last."""
    present = {r.level or UNKNOWN_LEVEL for run in runs for r in run.records}
    known = [level for level in reversed(LEVELS) if level in present]
    return known + sorted(present - set(LEVELS))


def _means(run: RunRecord, levels: Sequence[str]) -> tuple[FloatArray, FloatArray]:
    """Mean finite error and number of lost corners, ``(L + 1, 5)``, sums at the end."""
    px = corner_errors(run.records).px
    own = np.array([r.level or UNKNOWN_LEVEL for r in run.records], object)
    means = np.full((len(levels) + 1, len(_HEADS)), np.nan)
    lost = np.zeros(means.shape)
    for i, level in enumerate([*levels, ALL_LEVELS]):
        here = px if level == ALL_LEVELS else px[own == level]
        for j in range(len(_HEADS)):
            errors = here if j == len(CORNERS) else here[:, j]
            finite = errors[np.isfinite(errors)]
            means[i, j] = finite.mean() if finite.size else np.nan
            lost[i, j] = np.isinf(errors).sum()
    return means, lost


def _by_level(
    axes: Axes,
    runs: Sequence[RunRecord],
    levels: Sequence[str],
    maps: Sequence[tuple[FloatArray, FloatArray]],
) -> None:
    names = list(reversed(levels))
    for index, (run, (means, _)) in enumerate(zip(runs, maps, strict=True)):
        metrics = run.metrics(intervals=True)
        values = means[:-1, -1][::-1]
        ends = np.array(
            [
                [metrics.get(f'corner/MRE_px/{n}_{e}', np.nan) for e in ('low', 'high')]
                for n in names
            ]
        ).reshape(-1, 2)
        # An interval with a lost corner is infinite and cannot be drawn.
        known = np.isfinite(ends).all(1)
        spread = np.where(known[:, None], np.abs(ends - values[:, None]), np.nan)
        colour, marker = place_style(index)
        places = np.arange(len(names)) + (index - (len(runs) - 1) / 2) * 0.6 / len(runs)
        axes.errorbar(
            places, values, yerr=spread.T, fmt=marker, ms=4, lw=1, capsize=2,
            color=colour, label=plain(short(run.name)),
        )  # fmt: skip
    axes.set_xticks(range(len(names)), names, fontsize=7.5)
    axes.tick_params(axis='y', labelsize=7)
    axes.margins(y=0.08)
    axes.set_ylim(0, None)
    axes.set_ylabel('mean radial error (px)', fontsize=8)
    axes.grid(alpha=0.25, axis='y')


def _map(
    axes: Axes,
    content: tuple[FloatArray, FloatArray],
    levels: Sequence[str],
    norm: Normalize,
) -> object:
    means, lost = content
    shown = axes.imshow(means, aspect='auto', cmap='Blues', norm=norm)
    for (i, j), mean in np.ndenumerate(means):
        text = '-' if np.isnan(mean) else f'{mean:.1f}'
        text += f' ({lost[i, j]:.0f})' if lost[i, j] else ''
        dark = np.isfinite(mean) and float(np.asarray(norm(mean))) > 0.6
        axes.text(
            j, i, text, ha='center', va='center', fontsize=5.8,
            color='white' if dark else 'black',
        )  # fmt: skip
    axes.set_xticks(range(len(_HEADS)), _HEADS, fontsize=7)
    axes.set_yticks(range(len(means)), [*levels, ALL_LEVELS], fontsize=7)
    axes.tick_params(length=0)
    # The sums stand apart from what they sum.
    axes.axhline(len(levels) - 0.5, color='white', lw=2.5)
    axes.axvline(len(CORNERS) - 0.5, color='white', lw=2.5)
    axes.spines[:].set_visible(False)
    return shown
