"""The layout of the Spondylolisthesis Vertebral Landmark Dataset, JSON labels."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from spondylo_mmpose.converters.coco import DatasetInfo, Film
from spondylo_mmpose.exporters.base import (
    Exporter,
    PlacedFilm,
    boxes_of,
    labelled,
    rounded,
)
from spondylo_mmpose.utils.io import write_json

BASE = 'Train/Keypointrcnn_data'

_ORDER = (2, 3, 0, 1)  # inferior left, inferior right, superior left, superior right


class MendeleyExporter(Exporter):
    """``{boxes, keypoints, labels}``; px with decimals, unlike the original."""

    help = 'JSON lists in the layout of Mendeley Data 5jdfdgp762'

    def image_path(self, film: Film, name: str) -> str:
        """Films without labels of the test split stand in ``Test``."""
        if film.split == 'test' and len(film.corners) == 0:
            return f'Test/{name}'
        return f'{BASE}/images/{film.split}/{name}'

    def write(
        self, folder: Path, films: Sequence[PlacedFilm], info: DatasetInfo
    ) -> None:
        """Write ``Train/Keypointrcnn_data/labels/<split>/<stem>.json``."""
        for one in films:
            if len(one.film.corners):
                label = folder / BASE / 'labels' / one.film.split / f'{one.stem}.json'
                write_json(label, label_of(one.film), None)

    def losses(self, films: Sequence[Film]) -> list[str]:
        """See the base class."""
        lost = super().losses(films)
        bare = sum(len(f.corners) == 0 and f.split != 'test' for f in films)
        if bare:
            lost.append(
                f'{bare} films without labels stand in train or val, which the layout '
                'does not foresee'
            )
        return lost


def label_of(film: Film) -> dict[str, list]:
    """Label of one film, from the uppermost vertebra down as in the original."""
    keypoints = []
    known = labelled(film)
    for quad, visible in zip(film.corners[::-1], known[::-1], strict=True):
        keypoints.append(
            [[*rounded(quad[i]), 1] if visible[i] else [0.0, 0.0, 0] for i in _ORDER]
        )
    return {
        'boxes': [rounded(box) for box in boxes_of(film)[::-1]],
        'keypoints': keypoints,
        'labels': np.zeros(len(film.corners), int).tolist(),
    }
