"""Figure 1: the same few films as every run sees them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.detection import compare_film
from spondylo_mmpose.evaluation.radial_error import radial_errors
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.imaging import RadiographError, read_radiograph
from spondylo_mmpose.presentation.figure_style import make_figure
from spondylo_mmpose.reporting.overlays import best_median_worst, film_errors
from spondylo_mmpose.reporting.paper.panels import short
from spondylo_mmpose.reporting.paper.provenance import KINDS
from spondylo_mmpose.reporting.run_record import RunRecord
from spondylo_mmpose.spine.anatomy import SKELETON, FloatArray, hull_boxes

TRUTH, PREDICTION, ERROR = '#4ade5a', '#2f7dff', '#ff4040'
MISSED, INVENTED = '#ffa500', '#ff66ff'
COLUMNS = 4
"""Runs side by side in one figure; smaller panels would hide the errors."""

_RIM = withStroke(linewidth=1.4, foreground='black')
_MARGIN = 0.14  # Share of the spine's size that is shown around it.
_ASPECT = 0.62  # Width of a panel by its height.
_WIDTH = 7.2  # Inches of a page between its margins.


@dataclass(frozen=True)
class View:
    """What one run says about one film.

    Attributes:
        records: True vertebrae, NaN where none was found.
        invented: ``(K, 4, 2)`` px, found vertebrae that stand for no true one.
    """

    records: Sequence[VertebraRecord]
    invented: FloatArray

    @property
    def missed(self) -> int:
        """Number of vertebrae without any predicted corner."""
        return sum(_is_missed(record) for record in self.records)

    @property
    def caption(self) -> str:
        """Error and what is missing; film names may identify a patient."""
        errors = np.stack([radial_errors(r.predicted, r.true) for r in self.records])
        finite = errors[np.isfinite(errors)]
        parts = [f'MRE {finite.mean():.2f} px' if finite.size else 'nothing found']
        parts += [f'{self.missed} missed'] if self.missed else []
        parts += [f'{len(self.invented)} false'] if len(self.invented) else []
        return ', '.join(parts)


def visual_comparison(runs: Sequence[RunRecord], films: int = 3) -> list[Figure]:
    """Draw the best, median and worst film of the first run for every run.

    Rows are films, columns are runs, :data:`COLUMNS` to a figure. Shown is the part
    with the labelled spine; no film is named.

    Args:
        runs: With at least one film in common.
        films: Number of rows, spread over the ranking from the best to the worst.

    Raises:
        SpondyloError: If no film is common to all runs, or one cannot be read.
    """
    views = [_views(run) for run in runs]
    common = set.intersection(*(set(one) for one in views))
    if not common:
        names = ', '.join(run.name for run in runs)
        raise SpondyloError(f'{names}: have no film in common; use runs on one split')
    errors = film_errors(runs[0].records)
    names_of = {r.film_id: _file_name(r) for r in runs[0].records}
    ranking = {n: errors[i] for i, n in names_of.items() if n in common}
    chosen = best_median_worst(ranking, films)
    pixels = {name: _read(runs, views, name) for name in chosen}
    rows = {
        _rank(row, len(chosen), len(ranking)): name for row, name in enumerate(chosen)
    }
    return [
        _figure(runs[start : start + COLUMNS], views[start : start + COLUMNS],
                rows, pixels)
        for start in range(0, len(runs), COLUMNS)
    ]  # fmt: skip


def _figure(
    runs: Sequence[RunRecord],
    views: Sequence[Mapping[str, View]],
    rows: Mapping[str, str],
    pixels: Mapping[str, NDArray],
) -> Figure:
    figure = _sheet(len(rows), len(runs))
    grid = figure.subplots(len(rows), len(runs), squeeze=False)
    for row, (rank, name) in enumerate(rows.items()):
        for column, run in enumerate(runs):
            axes = grid[row, column]
            _draw(axes, pixels[name], views[column][name], levels=column == 0)
            if row == 0:
                title = '\n'.join(wrap(short(run.name, 48), 24))
                title += f'\n{KINDS[run.given_boxes]}'
                axes.set_title(title, fontsize=7.5, parse_math=False)
        grid[row, 0].set_ylabel(rank, fontsize=8)
    figure.legend(
        handles=_handles(any(not run.given_boxes for run in runs)),
        loc='outside lower center', ncols=5, fontsize=7, facecolor='#3a3f45',
        labelcolor='white', edgecolor='none',
    )  # fmt: skip
    return figure


def _views(run: RunRecord) -> dict[str, View]:
    """Films of a run by their name in the data set."""
    own: dict[str, list[VertebraRecord]] = {}
    for record in run.records:
        own.setdefault(_file_name(record), []).append(record)
    invented = {}
    for film, prediction in run.pairs:
        outcome = compare_film(film, prediction, run.score_threshold)
        free = np.ones(len(outcome.kept), dtype=bool)
        free[outcome.matches.predicted] = False
        invented[film.file_name] = outcome.kept.corners[free]
    nothing = np.zeros((0, 4, 2))
    return {n: View(records, invented.get(n, nothing)) for n, records in own.items()}


def _file_name(record: VertebraRecord) -> str:
    return str(record.film.get('file_name') or record.film_id)


def _read(
    runs: Sequence[RunRecord], views: Sequence[Mapping[str, View]], name: str
) -> NDArray:
    files = [
        run.film_file(own[name].records[0].film_id)
        for run, own in zip(runs, views, strict=True)
    ]
    path = next((file for file in files if file.is_file()), files[0])
    try:
        return read_radiograph(path).pixels
    except RadiographError as error:
        raise SpondyloError(
            f'{path}: {error}; name the annotation files below ROOT/annotations with '
            '--annotations, or leave the films out with --films 0'
        ) from error


def _crop(records: Sequence[VertebraRecord]) -> FloatArray:
    """Box ``x1, y1, x2, y2`` around the labelled corners, px."""
    boxes = hull_boxes(np.stack([record.true for record in records]))
    low, high = np.nanmin(boxes[:, :2], axis=0), np.nanmax(boxes[:, 2:], axis=0)
    margin = _MARGIN * float((high - low).max())
    low, high = low - margin, high + margin
    # Panels of one shape stand closer together.
    width, height = high - low
    wanted = np.array([max(width, _ASPECT * height), max(height, width / _ASPECT)])
    more = (wanted - [width, height]) / 2
    return np.concatenate([low - more, high + more])


def _sheet(rows: int, columns: int) -> Figure:
    """A figure for panels of one shape that fits a page."""
    width = min(2.3, _WIDTH / columns, 8.6 * _ASPECT / rows)
    figure = make_figure(
        width * columns + 0.3, width / _ASPECT * rows + 0.2 * rows + 0.7
    )
    figure.set_layout_engine('compressed')
    return figure


def _draw(axes: Axes, pixels: NDArray, view: View, levels: bool) -> None:
    x1, y1, x2, y2 = _crop(view.records)
    height, width = pixels.shape[:2]
    left, right = max(0, int(x1)), min(width, int(np.ceil(x2)))
    top, bottom = max(0, int(y1)), min(height, int(np.ceil(y2)))
    part = pixels[top:bottom, left:right]
    axes.imshow(part, cmap='gray', extent=(left, right, bottom, top))
    for record in view.records:
        missed = _is_missed(record)
        # Truth is the broader line, which shows below the prediction.
        if missed:
            _quad(axes, record.true, MISSED, '--', 0.9)
        else:
            _quad(axes, record.true, TRUTH, '-', 1.4)
        _quad(axes, record.predicted, PREDICTION, '-', 0.7)
        for true, predicted in zip(record.true, record.predicted, strict=True):
            if np.isfinite([true, predicted]).all():
                ends = np.stack([true, predicted]).T
                axes.plot(ends[0], ends[1], color=ERROR, lw=0.9)
        if levels and record.level:
            x, y = np.nanmax(record.true[:, 0]), np.nanmean(record.true[:, 1])
            axes.annotate(
                record.level, (x, y), (3, 0), textcoords='offset points', va='center',
                fontsize=6, color='white', path_effects=[_RIM], annotation_clip=True,
            )  # fmt: skip
    for quad in view.invented:
        _quad(axes, quad, INVENTED, '--', 0.9)
    axes.set(xlim=(left, right), ylim=(bottom, top), xticks=[], yticks=[])
    axes.set_xlabel(view.caption, fontsize=7, labelpad=2)


def _quad(axes: Axes, quad: FloatArray, colour: str, style: str, width: float) -> None:
    for a, b in SKELETON:
        if np.isfinite(quad[[a, b]]).all():
            x, y = quad[[a, b]].T
            axes.plot(x, y, color=colour, lw=width, ls=style)
    axes.plot(quad[:, 0], quad[:, 1], '.', color=colour, ms=2.4 * width)


def _is_missed(record: VertebraRecord) -> bool:
    return not np.isfinite(record.predicted).all(-1).any()


def _handles(found: bool) -> list[Line2D]:
    names = [('truth', TRUTH, '-'), ('prediction', PREDICTION, '-')]
    names.append(('error', ERROR, '-'))
    if found:
        names += [('missed', MISSED, '--'), ('false positive', INVENTED, '--')]
    return [Line2D([], [], color=c, ls=ls, lw=1.4, label=n) for n, c, ls in names]


def _rank(row: int, rows: int, films: int) -> str:
    if rows == 3:
        return ('best', 'median', 'worst')[row]
    place = 1 + round(row * (films - 1) / max(rows - 1, 1))
    return f'{place} of {films}'
