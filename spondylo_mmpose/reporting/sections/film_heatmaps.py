"""Heatmaps and attention of a network over a few whole films, on request."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from spondylo_mmpose.presentation.contact_sheet import Tile, contact_sheet
from spondylo_mmpose.presentation.html import jpeg_url
from spondylo_mmpose.reporting import overlays
from spondylo_mmpose.reporting.film_heatmaps import (
    FilmHeatmapModel,
    FilmHeatmaps,
    attention_tiles,
    heatmaps_on_film,
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
from spondylo_mmpose.spine.anatomy import LEVELS

_FILMS = 3
_COLUMNS = 4


def film_heatmaps_part(
    run: RunRecord, ranked: Sequence[str], checkpoint: Path, films: int
) -> Part:
    """Draw heatmaps and attention for the best, a median and the worst film.

    Args:
        run: A run that saw whole films, with a config.
        ranked: Its films from the best to the worst.
        checkpoint: Its weights.
        films: Most films to draw; three at most are.

    Raises:
        SpondyloError: If the model cannot be built from them, has no heatmaps, or a
            film cannot be read.
    """
    model = FilmHeatmapModel(run, checkpoint)
    places = overlays.spread(len(ranked), min(films, _FILMS))
    pictures = []
    for place in places:
        (film,) = model.draw_from([ranked[place]])
        text = f'film {place + 1} of {len(ranked)}'
        maps = jpeg_url(heatmaps_on_film(film))
        pictures.append(Picture(maps, f'Heatmaps over {text}.', f'{text}: heatmaps'))
        if film.attention is not None and len(film.slots):
            looks = jpeg_url(_sheet(film))
            label = f'Attention of the vertebrae of {text}.'
            pictures.append(Picture(looks, label, f'{text}: attention'))
    if not pictures:
        return Part('Heatmaps', [Paragraph('No films were asked for.')])
    text = (
        'What the network gives for the corners of each vertebra that it found, each '
        'relative to its own peak and each vertebra in a colour of its own; levels are '
        'its slots. Below, where the queries of each vertebra looked in the last layer '
        'of attention to the film: mean of the heads and of the four corners, again '
        f'relative to its peak. The network was run anew with {checkpoint.name}.'
    )
    items: list[Item] = [
        Paragraph(text),
        Legend((('prediction', 'corners'),)),
        Pictures(pictures),
    ]
    return Part('Heatmaps', items)


def _sheet(film: FilmHeatmaps) -> np.ndarray:
    tiles = [
        Tile(image, [LEVELS[slot]])
        for slot, image in zip(film.slots, attention_tiles(film), strict=True)
    ][::-1]
    rows = [tiles[i : i + _COLUMNS] for i in range(0, len(tiles), _COLUMNS)]
    return contact_sheet(rows)
