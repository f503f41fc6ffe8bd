"""COCO keypoints again: another split, or a subset, as a data set of its own."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from spondylo_mmpose.converters.coco import DatasetInfo, Film, write_coco
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.exporters.base import Exporter, PlacedFilm


class CocoExporter(Exporter):
    """One file per split, the package's own contract."""

    help = 'COCO keypoints, images sorted by the split'
    keeps = None

    def image_path(self, film: Film, name: str) -> str:
        """``images/<split>/<name>``."""
        return f'images/{film.split}/{name}'

    def write(
        self, folder: Path, films: Sequence[PlacedFilm], info: DatasetInfo
    ) -> None:
        """Write ``annotations/<split>.json``."""
        renamed = [
            replace(one.film, file_name=one.image.removeprefix('images/'))
            for one in films
        ]
        try:
            write_coco(folder, renamed, info)
        except ValueError as error:
            raise SpondyloError(
                f'{error}; look at the data set with tools/verify_dataset.py'
            ) from error
