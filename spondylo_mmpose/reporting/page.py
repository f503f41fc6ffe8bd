"""One HTML page that stands alone: tables, curves and overlays of one or more runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from tqdm import tqdm

from spondylo_mmpose.converters.annotation_file import read_annotation_file
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.baselines import (
    BOX_CORNERS_FLOOR,
    MEAN_SHAPE_FLOOR,
    floors,
)
from spondylo_mmpose.evaluation.detection import compare_films
from spondylo_mmpose.evaluation.measuring import measure_records
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.presentation.html import write_html
from spondylo_mmpose.reporting.run_record import RunRecord
from spondylo_mmpose.reporting.sections.clinical import angles_part, clinical_part
from spondylo_mmpose.reporting.sections.detection import detection_part
from spondylo_mmpose.reporting.sections.errors import errors_part
from spondylo_mmpose.reporting.sections.facts import facts_part
from spondylo_mmpose.reporting.sections.film_heatmaps import film_heatmaps_part
from spondylo_mmpose.reporting.sections.films import (
    films_part,
    found_films_part,
    rank_found,
)
from spondylo_mmpose.reporting.sections.heatmaps import heatmaps_part
from spondylo_mmpose.reporting.sections.items import KeyNumber, Part
from spondylo_mmpose.reporting.sections.results import (
    key_numbers,
    overview,
    results_part,
)
from spondylo_mmpose.reporting.sections.training import training_part
from spondylo_mmpose.reporting.text import without_intervals
from spondylo_mmpose.utils.io import check_writable

Columns = dict[str, list[VertebraRecord]]
Values = dict[str, dict[str, float]]

MODEL = 'model'


@dataclass(frozen=True)
class Section:
    """One run on the page.

    Attributes:
        title: Heading.
        note: What the numbers mean, a sentence or two; may be empty.
        run: The run.
        heatmaps: Checkpoint whose heatmaps are drawn, ``None`` for no heatmaps.
    """

    title: str
    note: str
    run: RunRecord
    heatmaps: Path | None = None


@dataclass(frozen=True)
class Options:
    """What a page shows.

    Attributes:
        films: Number of films drawn per run, from the best to the worst.
        intervals: Whether the model's values get 95 % intervals.
        names: Whether the file names of films are written; they may name patients.
    """

    films: int = 6
    intervals: bool = True
    names: bool = False


@dataclass(frozen=True)
class _Block:
    """What the template shows of a run."""

    title: str
    note: str
    lead: str
    keys: Sequence[KeyNumber]
    parts: Sequence[Part]


def compare_with_floors(run: RunRecord) -> Columns:
    """The model's predictions and those that need no film.

    Returns:
        Records under ``model``, ``mean shape`` (of the run's training set; left out
        when that is not there) and ``box corners``.
    """
    contents = [read_annotation_file(path) for path in run.train_annotations]
    return {MODEL: list(run.records), **floors(run.records, contents)}


def write_page(
    path: str | Path,
    title: str,
    sections: Sequence[Section],
    options: Options | None = None,
) -> dict[str, Values]:
    """Write the page.

    Args:
        path: HTML file.
        title: Heading of the page.
        sections: Runs, in order.
        options: What the page shows.

    Returns:
        Metric values by section title and column.

    Raises:
        SpondyloError: If a film, an annotation file or a checkpoint cannot be read, the
            page cannot be written, two sections have one title, or the number of films
            is negative.
    """
    options = options or Options()
    if options.films < 0:
        raise SpondyloError(f'--films {options.films}: must not be negative')
    titles = [section.title for section in sections]
    twice = [name for i, name in enumerate(titles) if name in titles[:i]]
    if twice:
        raise SpondyloError(
            f'two runs are called {twice[0]!r}; name them with --section'
        )
    check_writable(path)
    values, blocks = {}, []
    for section in tqdm(sections, desc='report', unit='run', disable=None):
        how = _given_boxes if section.run.given_boxes else _end_to_end
        values[section.title], block = how(section, options)
        blocks.append(block)
    first = {name: columns[MODEL] for name, columns in values.items()}
    write_html(
        path,
        'page.html.jinja',
        title=title,
        blocks=blocks,
        overview=overview(first) if len(first) > 1 else [],
        created=datetime.now(timezone.utc).strftime('%Y-%m-%d %H:%M UTC'),
    )
    return values


def _given_boxes(section: Section, options: Options) -> tuple[Values, _Block]:
    run = section.run
    columns = compare_with_floors(run)
    values = {
        name: _values(run, options)
        if name == MODEL
        else without_intervals(
            measure_records(records, no_slip_threshold=run.no_slip_threshold)
        )
        for name, records in columns.items()
    }
    model = values[MODEL]
    floor = values.get(MEAN_SHAPE_FLOOR, values[BOX_CORNERS_FLOOR])['corner/MRE_px']
    parts = [
        results_part(values),
        errors_part(columns, floor if MEAN_SHAPE_FLOOR in values else None),
        clinical_part(run.records, model),
        angles_part(run.records),
        training_part(run, floor if MEAN_SHAPE_FLOOR in values else None),
        films_part(run, options.films, options.names),
    ]
    if section.heatmaps is not None:
        parts.append(heatmaps_part(run, section.heatmaps, options.films))
    lead = (
        f'Boxes given: {model["corner/films"]:.0f} films of '
        f'{model["corner/patients"]:.0f} patients, {model["corner/vertebrae"]:.0f} '
        f'vertebrae, {model["corner/corners"]:.0f} corners, '
        f'{model["clinical/pairs"]:.0f} pairs of neighbours.'
    )
    return values, _block(section, lead, model, parts)


def _end_to_end(section: Section, options: Options) -> tuple[Values, _Block]:
    run = section.run
    model = _values(run, options)
    outcomes = compare_films(run.pairs, run.score_threshold)
    parts = [
        results_part({MODEL: model}),
        detection_part(outcomes, model),
        errors_part({MODEL: list(run.records)}, found_only=True),
        clinical_part(run.records, model),
        angles_part(run.records),
        training_part(run),
        found_films_part(run, outcomes, options.films, options.names),
    ]
    if section.heatmaps is not None:
        ranked = rank_found(outcomes)
        parts.append(film_heatmaps_part(run, ranked, section.heatmaps, options.films))
    lead = (
        f'End to end: {model["spine/films"]:.0f} films, '
        f'{model["spine/vertebrae"]:.0f} true vertebrae, of which '
        f'{model["spine/matched"]:.0f} were found; '
        f'{model["spine/found"] - model["spine/matched"]:.0f} false positives.'
    )
    return {MODEL: model}, _block(section, lead, model, parts)


def _values(run: RunRecord, options: Options) -> dict[str, float]:
    values = run.metrics(intervals=options.intervals)
    return values if options.intervals else without_intervals(values)


def _block(
    section: Section, lead: str, model: dict[str, float], parts: Sequence[Part]
) -> _Block:
    # First what came out, then of what.
    ordered = [parts[0], facts_part(section.run), *parts[1:]]
    return _Block(section.title, section.note, lead, key_numbers(model), ordered)
