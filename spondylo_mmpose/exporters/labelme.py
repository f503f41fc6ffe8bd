"""Labels that labelme opens: one JSON beside each image."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spondylo_mmpose.converters.coco import DatasetInfo, Film
from spondylo_mmpose.exporters.base import (
    Exporter,
    PlacedFilm,
    facts_and_size,
    labelled,
    rounded,
)
from spondylo_mmpose.spine.anatomy import AROUND, CORNERS
from spondylo_mmpose.utils.io import write_json

VERSION = '5.4.1'
"""Version of labelme whose form of the files this is."""

UNKNOWN = 'vertebra'
"""Label of a vertebra whose level is not known."""


class LabelmeExporter(Exporter):
    """A polygon around each vertebra; single corners where one is not labelled.

    ``group_id`` counts vertebrae from the lowest. Facts of the film stand under
    ``film``, further ones of a vertebra under ``vertebra``: labelme carries fields that
    it does not know through to its output.
    """

    help = 'labelme: one JSON beside each image'
    pictures = 'no_dicom'
    keeps = None

    def image_path(self, film: Film, name: str) -> str:
        """``<split>/<name>``."""
        return f'{film.split}/{name}'

    def write(
        self, folder: Path, films: Sequence[PlacedFilm], info: DatasetInfo
    ) -> None:
        """Write ``<split>/<stem>.json``; none for a film without labels."""
        for one in films:
            if len(one.film.corners):
                label = folder / one.film.split / f'{one.stem}.json'
                write_json(label, label_of(one.film, one.name))

    def losses(self, films: Sequence[Film]) -> list[str]:
        """See the base class."""
        bare = sum(len(film.corners) == 0 for film in films)
        return [f'facts of {bare} films without labels are not stored'] if bare else []


def label_of(film: Film, image: str) -> dict[str, Any]:
    """Label of one film.

    Args:
        film: The film.
        image: File name of its image, which stands beside the label.
    """
    return {
        'version': VERSION,
        'flags': {},
        'shapes': _shapes(film),
        'imagePath': image,
        'imageData': None,
        'imageHeight': film.height,
        'imageWidth': film.width,
        'film': dict(facts_and_size(film)),
    }


def _shapes(film: Film) -> list[dict[str, Any]]:
    number = len(film.corners)
    levels = film.levels or [None] * number
    orders = film.orders or range(number)
    known = labelled(film)
    shapes = []
    for i, quad in enumerate(film.corners):
        extra = film.vertebra_extra[i] if film.vertebra_extra else {}
        common = {
            'group_id': orders[i],
            'flags': {},
            'vertebra': {'level_origin': film.level_origin, **extra},
        }
        if known[i].all():
            points = [rounded(quad[c]) for c in AROUND]
            shapes.append(
                {
                    'label': levels[i] or UNKNOWN,
                    'points': points,
                    'shape_type': 'polygon',
                    'description': '',
                    **common,
                }
            )
            continue
        shapes += [
            {
                'label': CORNERS[c],
                'points': [rounded(quad[c])],
                'shape_type': 'point',
                'description': levels[i] or '',
                **common,
            }
            for c in range(len(CORNERS))
            if known[i, c]
        ]
    return shapes
