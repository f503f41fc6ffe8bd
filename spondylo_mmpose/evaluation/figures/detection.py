"""What was found on whole films."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from sklearn.metrics import precision_recall_curve

from spondylo_mmpose.evaluation.corner_tables import UNKNOWN_LEVEL
from spondylo_mmpose.evaluation.detection import FilmOutcome
from spondylo_mmpose.presentation.figure_style import FOUND, MISSED, make_figure
from spondylo_mmpose.spine.anatomy import LEVELS

BEYOND = 4
"""Differences of so many or more share a bar."""


def found_by_level(outcomes: Sequence[FilmOutcome]) -> Figure:
    """Found and missed vertebrae of each level, with the recall above the bar.

    Args:
        outcomes: One for each film, from :func:`.compare_films`.
    """
    found: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for outcome in outcomes:
        names = [name or UNKNOWN_LEVEL for name in outcome.film.all_levels]
        total.update(names)
        found.update(names[i] for i in outcome.matches.true)
    levels = [level for level in LEVELS if total[level]]
    levels += sorted(set(total) - set(LEVELS))
    hits = np.array([found[level] for level in levels])
    every = np.array([total[level] for level in levels])
    figure = make_figure(1.8 + 0.6 * max(len(levels), 4), 3.3)
    axes = figure.subplots()
    places = np.arange(len(levels))
    axes.bar(places, hits, color=FOUND, label='found')
    axes.bar(
        places, every - hits, bottom=hits, color=MISSED, hatch='//', label='missed'
    )
    for place, hit, number in zip(places, hits, every, strict=True):
        text = f'{100 * hit / number:.0f} %'
        axes.annotate(text, (place, number), (0, 2), textcoords='offset points',
                      ha='center', fontsize=8)  # fmt: skip
    axes.set_xticks(
        places, [f'{n}\nn = {k}' for n, k in zip(levels, every, strict=True)]
    )
    axes.tick_params(axis='x', labelsize=8)
    axes.set(ylabel='vertebrae', ylim=(0, 1.12 * max([1, *every])))
    axes.grid(alpha=0.3, axis='y')
    figure.legend(loc='outside upper right', ncols=2, fontsize=8)
    return figure


def precision_recall(outcomes: Sequence[FilmOutcome]) -> Figure | None:
    """Precision over recall as the score falls; a point marks what counts as found.

    Args:
        outcomes: One for each film.

    Returns:
        ``None`` where a vertebra has no score, or none is right.
    """
    total = sum(len(outcome.film.corners) for outcome in outcomes)
    scores = np.concatenate([[], *(outcome.scores for outcome in outcomes)])
    hits = np.concatenate([[], *(outcome.hits for outcome in outcomes)]).astype(bool)
    if not total or np.isnan(scores).any() or not hits.any():
        return None
    precision, recall, _ = precision_recall_curve(hits, scores)
    # It measures recall against what was found at all.
    recall = recall * hits.sum() / total
    figure = make_figure(3.9, 3.3)
    axes = figure.subplots()
    # The last point stands for no prediction at all.
    axes.step(100 * recall[:-1], 100 * precision[:-1], where='pre', color=FOUND)
    found = sum(outcome.found for outcome in outcomes)
    matched = sum(len(outcome.matches) for outcome in outcomes)
    if found:
        axes.plot(
            100 * matched / total, 100 * matched / found, 'o', color='black', ms=6,
            label='at the score threshold',
        )  # fmt: skip
        axes.legend(loc='lower left', fontsize=8)
    axes.set(xlabel='recall (%)', ylabel='precision (%)', xlim=(0, 103), ylim=(0, 103))
    axes.grid(alpha=0.3)
    return figure


def counts_and_shifts(outcomes: Sequence[FilmOutcome]) -> Figure:
    """Films by how many vertebrae too many were found, and vertebrae by level shift.

    Args:
        outcomes: One for each film.
    """
    figure = make_figure(6.8, 2.9)
    left, right = figure.subplots(1, 2)
    _bars(left, [o.found - len(o.film.corners) for o in outcomes])
    left.set(xlabel='vertebrae found - true', ylabel='films')
    _bars(right, [int(shift) for o in outcomes for shift in o.shifts])
    right.set(xlabel='place or named level, found - true', ylabel='found vertebrae')
    return figure


def _bars(axes: Axes, values: Sequence[int]) -> None:
    counted = Counter(int(np.clip(value, -BEYOND, BEYOND)) for value in values)
    places = range(-BEYOND, BEYOND + 1)
    colours = [FOUND if place == 0 else MISSED for place in places]
    bars = axes.bar(places, [counted[p] for p in places], color=colours)
    labels = [str(counted[p]) if counted[p] else '' for p in places]
    axes.bar_label(bars, labels, fontsize=8, padding=1)
    names = [f'{p:+d}' if p else '0' for p in places]
    names[0], names[-1] = f'≤ -{BEYOND}', f'≥ {BEYOND}'
    axes.set_xticks(list(places), names, fontsize=8)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.margins(y=0.12)
    axes.grid(alpha=0.3, axis='y')
