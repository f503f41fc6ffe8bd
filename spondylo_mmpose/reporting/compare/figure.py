"""The picture of a comparison: values with intervals, and what to aim at."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from spondylo_mmpose.presentation.cells import Cell
from spondylo_mmpose.presentation.escaping import one_line
from spondylo_mmpose.presentation.figure_style import COLOURS, make_figure, nothing_here
from spondylo_mmpose.reporting.compare.comparing import Question
from spondylo_mmpose.reporting.compare.measures import PANELS, Measure
from spondylo_mmpose.reporting.compare.run_tables import best_runs
from spondylo_mmpose.reporting.run_record import RunRecord
from spondylo_mmpose.reporting.targets import Target, targets_of

_ACROSS = 4
_LONGEST = 28  # Characters of a name.
_AIM, _PUBLISHED = '#2da44e', '#8250df'
_STYLES = ('--', ':', '-.')


def comparison_figure(questions: Sequence[Question]) -> Figure:
    """Draw the main values of every run with their intervals.

    Each kind of runs has panels of its own; the best value of a panel is bold. Aims
    are green, published values violet; the latter stand only in the panel of the
    slot metric.

    Args:
        questions: From :func:`.compare_runs`.
    """
    shown = [_panels(question) for question in questions]
    heights = [
        0.45 + _rows(panels) * _panel_height(question, panels)
        for question, panels in zip(questions, shown, strict=True)
    ]
    figure = make_figure(12.5, sum(heights))
    parts = figure.subfigures(len(questions), 1, height_ratios=heights, squeeze=False)
    for part, question, panels in zip(parts[:, 0], questions, shown, strict=True):
        _draw_question(part, question, panels)
    return figure


def _panels(question: Question) -> list[Measure]:
    """Values that at least one run has."""
    return [
        measure
        for measure in PANELS[question.given_boxes]
        if any(not math.isnan(_cell(r, measure).number) for r in question.runs)
    ]


def _rows(panels: Sequence[Measure]) -> int:
    return max(1, math.ceil(len(panels) / _ACROSS))


def _across(panels: Sequence[Measure]) -> int:
    return max(2, math.ceil(len(panels) / _rows(panels)))


def _panel_height(question: Question, panels: Sequence[Measure]) -> float:
    most = max((len(targets_of(measure.name)) for measure in panels), default=0)
    return 1.1 + 0.32 * len(question.runs) + 0.17 * most


def _draw_question(
    part: SubFigure, question: Question, panels: Sequence[Measure]
) -> None:
    part.suptitle(
        f'{question.kind.capitalize()}, {question.films} films', fontsize=12,
        fontweight='bold', x=0.01, ha='left',
    )  # fmt: skip
    across, best = _across(panels), best_runs(question)
    grid = part.subplots(_rows(panels), across, squeeze=False)
    for axes in grid.ravel()[len(panels) :]:
        axes.set_axis_off()
    if not panels:
        nothing_here(grid[0, 0])
    for place, (axes, measure) in enumerate(zip(grid.ravel(), panels, strict=False)):
        _draw_panel(axes, question.runs, measure, best.get(measure.name, ()))
        if place % across:
            axes.set_yticklabels([])


def _draw_panel(
    axes: Axes, runs: Sequence[RunRecord], measure: Measure, best: Sequence[str]
) -> None:
    cells = [_cell(run, measure) for run in runs]
    targets = targets_of(measure.name)
    end = _axis_end(cells, targets, measure)
    for number, target in enumerate(targets):
        _draw_target(axes, target, number)
    for place, cell in enumerate(cells):
        _draw_value(axes, place, cell, measure, end, runs[place].name in best)
    names = [one_line(run.name) for run in runs]
    axes.set_yticks(range(len(runs)), [_short(name) for name in names])
    for label in axes.get_yticklabels():
        label.set_parse_math(False)
    axes.set(xlim=(0, end), ylim=(len(runs) - 0.4, -0.6))
    axes.set_title(_title(measure), fontsize=10)
    axes.tick_params(labelsize=9)
    axes.grid(axis='x', alpha=0.3)
    for side in ('top', 'right'):
        axes.spines[side].set_visible(False)
    if targets:
        axes.legend(
            loc='upper center', bbox_to_anchor=(0.5, -0.16 * 6 / (3 + len(runs))),
            fontsize=8, frameon=False, ncols=1 if len(targets) > 2 else 2,
        )  # fmt: skip


def _draw_value(
    axes: Axes, place: int, cell: Cell, measure: Measure, end: float, is_best: bool
) -> None:
    if not math.isfinite(cell.number):
        lost = 'infinite: lost corners' if '/MRE_' in measure.name else 'infinite'
        text = lost if math.isinf(cell.number) else 'not measured'
        axes.text(
            0.02, place, text, va='center', fontsize=8, color='#57606a',
            transform=axes.get_yaxis_transform(),
        )  # fmt: skip
        return
    if cell.has_interval:
        # An end may be infinite where a resample has lost corners.
        low, high = max(cell.low, 0.0), min(cell.high, end)
        axes.plot([low, high], [place] * 2, color=COLOURS['model'], lw=1.6)
        for limit in (cell.low, cell.high):
            if math.isfinite(limit):
                axes.plot(limit, place, '|', color=COLOURS['model'], ms=8, mew=1.6)
    axes.plot(cell.number, place, 'o', color=COLOURS['model'], ms=6, zorder=3,
              clip_on=False)  # fmt: skip
    form = measure.column.form
    text = form.format(cell.number) if isinstance(form, str) else form(cell.number)
    axes.annotate(
        text, (cell.number, place), (0, 6), textcoords='offset points', ha='center',
        va='bottom', fontsize=8, fontweight='bold' if is_best else 'normal',
        bbox={'facecolor': 'white', 'edgecolor': 'none', 'pad': 0.6, 'alpha': 0.8},
    )  # fmt: skip


def _draw_target(axes: Axes, target: Target, number: int) -> None:
    colour = _PUBLISHED if target.is_published else _AIM
    style = _STYLES[number % len(_STYLES)]
    if target.upper is not None:
        axes.axvspan(target.value, target.upper, color=colour, alpha=0.18, lw=0,
                     label=target.label)  # fmt: skip
    else:
        axes.axvline(target.value, color=colour, ls=style, lw=1.4, label=target.label)


def _axis_end(
    cells: Sequence[Cell], targets: Sequence[Target], measure: Measure
) -> float:
    if measure.column.unit == '%':
        return 104.0
    ends = [v for c in cells for v in (c.number, c.high) if math.isfinite(v)]
    ends += [target.upper or target.value for target in targets]
    return 1.08 * max(ends, default=0.0) or 1.0


def _title(measure: Measure) -> str:
    column = measure.column
    if measure.name.startswith('published_slot/'):
        return f'published slot metric: {column.title}'
    arrow = {'low': 'low is good', 'high': 'high is good'}[column.better or 'low']
    return f'{column.title}, {arrow}'


def _cell(run: RunRecord, measure: Measure) -> Cell:
    return measure.cell(run.metrics(intervals=True))


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f'{name[: _LONGEST - 1]}…'
