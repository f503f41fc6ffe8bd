"""Errors of angles and heights."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spondylo_mmpose.evaluation.angles_heights import (
    DISC,
    HEIGHTS,
    LORDOSIS,
    SLOPE,
    Measurement,
)
from spondylo_mmpose.evaluation.clinical import level_pair_key
from spondylo_mmpose.presentation.figure_style import COLOURS, make_figure

Group = tuple[str, list[float]]


def angle_errors(measurements: Sequence[Measurement]) -> Figure | None:
    """Errors of disc angles by pair of levels, of lordosis and of the sacral slope.

    Args:
        measurements: From :func:`.sagittal_measurements`.

    Returns:
        ``None`` where no angle was measured.
    """
    groups = _by_place(measurements, DISC, 'deg', 'disc\n')
    for kind, name in ((LORDOSIS, 'lordosis\nL1-S1'), (SLOPE, 'sacral\nslope')):
        groups += [(name, _errors(measurements, kind, 'deg', ''))]
    return _boxes([g for g in groups if g[1]], 'predicted - true (°)')


def height_errors(measurements: Sequence[Measurement]) -> Figure | None:
    """Errors of the three heights in percent of the height, all levels together.

    Args:
        measurements: From :func:`.sagittal_measurements`.

    Returns:
        ``None`` where no height was measured.
    """
    groups: list[Group] = []
    for kind in HEIGHTS:
        here = [m for m in measurements if (m.kind, m.unit) == (kind, 'percent')]
        errors = [m.error for m in here if np.isfinite(m.error)]
        groups.append((kind.removeprefix('height_'), errors))
    return _boxes([g for g in groups if g[1]], 'predicted - true (% of height)')


def _by_place(
    measurements: Sequence[Measurement], kind: str, unit: str, before: str
) -> list[Group]:
    places = {m.place for m in measurements if (m.kind, m.unit) == (kind, unit)}
    ordered = sorted(places, key=level_pair_key)
    return [(before + p, _errors(measurements, kind, unit, p)) for p in ordered]


def _errors(
    measurements: Sequence[Measurement], kind: str, unit: str, place: str
) -> list[float]:
    chosen = [
        m for m in measurements if (m.kind, m.unit, m.place) == (kind, unit, place)
    ]
    return [m.error for m in chosen if np.isfinite(m.error)]


def _boxes(groups: Sequence[Group], label: str) -> Figure | None:
    if not groups:
        return None
    figure = make_figure(1.6 + 0.78 * max(len(groups), 3), 3.4)
    axes: Axes = figure.subplots()
    axes.axhline(0, color='#8a8f98', lw=0.8)
    axes.boxplot(
        [errors for _, errors in groups],
        whis=(5, 95),
        showfliers=False,
        widths=0.55,
        medianprops={'color': COLOURS['model']},
    )
    # Few values are better seen one by one than as a box.
    jitter = np.random.default_rng(0)
    for place, (_, errors) in enumerate(groups, 1):
        x = place + jitter.uniform(-0.2, 0.2, len(errors))
        axes.scatter(x, errors, s=7, alpha=0.35, lw=0, color=COLOURS['model'])
    names = [f'{name}\nn = {len(errors)}' for name, errors in groups]
    axes.set_xticks(range(1, len(groups) + 1), names, fontsize=8)
    axes.set(ylabel=label)
    axes.grid(alpha=0.3, axis='y')
    return figure
