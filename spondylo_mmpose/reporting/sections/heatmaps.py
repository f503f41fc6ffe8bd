"""Heatmaps of the network over the crops of a few films, on request."""

from pathlib import Path

import numpy as np

from spondylo_mmpose.evaluation.radial_error import radial_errors
from spondylo_mmpose.presentation.contact_sheet import Tile, contact_sheet
from spondylo_mmpose.presentation.html import jpeg_url
from spondylo_mmpose.reporting import overlays
from spondylo_mmpose.reporting.heatmaps import (
    CropHeatmap,
    HeatmapModel,
    heatmap_tile,
    largest_change,
)
from spondylo_mmpose.reporting.run_record import RunRecord
from spondylo_mmpose.reporting.sections.items import (
    Item,
    Legend,
    Paragraph,
    Part,
    Picture,
    Pictures,
)

_FILMS = 3  # the best, a median and the worst
_COLUMNS = 4


def heatmaps_part(run: RunRecord, checkpoint: Path, films: int) -> Part:
    """Draw the heatmaps of every vertebra of the best, a median and the worst film.

    Args:
        run: A run whose boxes were given, with a config.
        checkpoint: Its weights.
        films: Most films to draw; three at most are.

    Raises:
        SpondyloError: If the model cannot be built from them, has no heatmaps, or a
            film cannot be read.
    """
    model = HeatmapModel(run, checkpoint)
    ranking = overlays.film_errors(run.records)
    pictures, crops = [], []
    for film in overlays.best_median_worst(ranking, min(films, _FILMS)):
        own = [record for record in run.records if record.film_id == film]
        own.sort(key=lambda record: -(record.order or 0))
        here = model.draw_from(own)
        crops += here
        text = f'film with an MRE of {ranking[film]:.2f} px'
        picture = jpeg_url(_sheet(here))
        pictures.append(Picture(picture, f'Heatmaps over the crops of a {text}.', text))
    if not crops:
        return Part('Heatmaps', [Paragraph('No films were asked for.')])
    text = (
        'What the network gives for each crop, all four corners together, each '
        f'relative to its own peak. The network was run anew with {checkpoint.name}; '
        'its corners differ from those of the run by at most '
        f'{largest_change(crops):.2g} px.'
    )
    if crops[0].is_product:
        text += (
            ' It gives distributions along x and along y alone; their product is drawn.'
        )
    items: list[Item] = [
        Paragraph(text),
        Legend((('truth', 'truth'), ('prediction', 'prediction of the run'))),
        Pictures(pictures),
    ]
    return Part('Heatmaps', items)


def _sheet(crops: list[CropHeatmap]) -> np.ndarray:
    tiles = [Tile(heatmap_tile(crop), [_caption(crop)]) for crop in crops]
    return contact_sheet(
        [tiles[i : i + _COLUMNS] for i in range(0, len(tiles), _COLUMNS)]
    )


def _caption(crop: CropHeatmap) -> str:
    errors = radial_errors(crop.record.predicted, crop.record.true)
    known = errors[~np.isnan(errors)]
    worst = f'worst {known.max():.1f} px, ' if known.size else ''
    return f'{crop.record.level or "?"}: {worst}peak {crop.heatmaps.max():.2f}'
