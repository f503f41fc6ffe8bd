"""One HTML page that stands alone: tables, curves and overlays of one or more runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spondylo_mmpose.converters.annotation_file import read_annotation_file
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation import (
    MeyerdingMetric,
    RadialErrorMetric,
    SagittalMetric,
)
from spondylo_mmpose.evaluation.baselines import MeanShape, predict_box_corners
from spondylo_mmpose.evaluation.radial_error import radial_errors
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.reporting import figures, overlays
from spondylo_mmpose.reporting.html import data_url, jpeg_url, write_html
from spondylo_mmpose.reporting.run_record import RunRecord
from spondylo_mmpose.reporting.text import LEVEL_COLUMNS, level_rows, table_rows
from spondylo_mmpose.spine.anatomy import CORNERS, LEVELS
from spondylo_mmpose.utils.io import check_writable


@dataclass(frozen=True)
class Section:
    """One run on the page.

    Attributes:
        title: Heading.
        note: What the numbers mean, a sentence or two; may be empty.
        run: The run.
    """

    title: str
    note: str
    run: RunRecord


def measure(records: Sequence[VertebraRecord]) -> dict[str, float]:
    """Values of the landmark and the clinical metrics, by their short names."""
    kinds = (RadialErrorMetric, MeyerdingMetric, SagittalMetric)
    return {k: v for kind in kinds for k, v in kind().summarise(records).items()}


def compare_with_floors(run: RunRecord) -> dict[str, list[VertebraRecord]]:
    """The model's predictions and those that need no film.

    Returns:
        Records under ``model``, ``mean shape`` (of the run's training set; left out
        when that is not there) and ``box corners``.
    """
    columns = {'model': list(run.records)}
    if run.train_annotations:
        contents = [read_annotation_file(path) for path in run.train_annotations]
        columns['mean shape'] = MeanShape.from_coco(contents).predict(run.records)
    columns['box corners'] = predict_box_corners(run.records)
    return columns


def write_page(
    path: str | Path, title: str, sections: Sequence[Section], films: int = 6
) -> dict[str, dict[str, dict[str, float]]]:
    """Write the page.

    Args:
        path: HTML file.
        title: Heading of the page.
        sections: Runs, in order.
        films: Number of films drawn per run, from the best to the worst.

    Returns:
        Metric values by section title and column.

    Raises:
        SpondyloError: If a film or an annotation file cannot be read, the page cannot
            be written, or ``films`` is negative.
    """
    if films < 0:
        raise SpondyloError(f'--films {films}: must not be negative')
    check_writable(path)
    values, blocks = {}, []
    for section in sections:
        columns = compare_with_floors(section.run)
        metrics = {name: measure(records) for name, records in columns.items()}
        values[section.title] = metrics
        blocks.append(_block(section, columns, metrics, films))
    write_html(path, 'page.html.jinja', title=title, blocks=blocks)
    return values


def _block(
    section: Section,
    columns: dict[str, list[VertebraRecord]],
    metrics: dict[str, dict[str, float]],
    films: int,
) -> dict:
    errors = {
        name: np.stack([radial_errors(r.predicted, r.true) for r in records])
        for name, records in columns.items()
    }
    floor = metrics.get('mean shape', metrics['box corners'])['MRE_px']
    curves = figures.training_curves(section.run.scalars, floor)
    ranking = overlays.film_errors(columns['model'])
    pictures = []
    for film in overlays.best_median_worst(ranking, films):
        own = [r for r in columns['model'] if r.film_id == film]
        pictures.append(
            {
                'source': jpeg_url(overlays.film_overlay(own)),
                # File names may identify a patient.
                'caption': f'MRE {ranking[film]:.2f} px',
            }
        )
    model = metrics['model']
    return {
        'title': section.title,
        'note': section.note,
        'counts': {
            k: int(model[k]) for k in ('films', 'vertebrae', 'corners', 'pairs')
        },
        'threshold': model['no_slip_threshold'],
        'columns': list(metrics),
        'rows': table_rows(metrics),
        'clinical': MeyerdingMetric().details(columns['model']),
        'pair_columns': [heading for heading, _, _ in LEVEL_COLUMNS],
        'pair_rows': level_rows(model),
        'levels': [
            (key.removeprefix('MRE_px/'), f'{value:.2f}')
            for key, value in model.items()
            if key.removeprefix('MRE_px/') in (*CORNERS, *LEVELS)
        ],
        'curves': curves and data_url(figures.to_png(curves)),
        'cumulative': data_url(figures.to_png(figures.cumulative_error(errors))),
        'pictures': pictures,
    }
