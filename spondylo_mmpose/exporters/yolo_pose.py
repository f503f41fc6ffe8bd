"""The text labels that YOLO pose trainers read."""

from collections.abc import Sequence
from pathlib import Path

import yaml

from spondylo_mmpose.converters.coco import SPLITS, DatasetInfo, Film
from spondylo_mmpose.exporters.base import Exporter, PlacedFilm, boxes_of, labelled
from spondylo_mmpose.spine.anatomy import CORNERS, SIDES_SWAPPED
from spondylo_mmpose.utils.io import atomic_file


class YoloPoseExporter(Exporter):
    """One line per vertebra: class, box, four corners, in shares of the image."""

    help = 'YOLO pose: text labels and data.yaml, 8-bit images'
    pictures = 'eight_bit'

    def image_path(self, film: Film, name: str) -> str:
        """``images/<split>/<name>``."""
        return f'images/{film.split}/{name}'

    def write(
        self, folder: Path, films: Sequence[PlacedFilm], info: DatasetInfo
    ) -> None:
        """Write ``labels/<split>/<stem>.txt`` and ``data.yaml``."""
        for one in films:
            if len(one.film.corners):
                label = folder / 'labels' / one.film.split / f'{one.stem}.txt'
                with atomic_file(label) as temporary:
                    temporary.write_text(label_of(one.film), encoding='utf-8')
        present = {one.film.split for one in films}
        settings = {
            # Without "path" the folders are looked for beside this file.
            **{s: f'images/{s}' for s in SPLITS if s in present},
            'kpt_shape': [len(CORNERS), 3],
            'flip_idx': SIDES_SWAPPED,
            'names': {0: 'vertebra'},
            'kpt_names': {0: list(CORNERS)},
        }
        with atomic_file(folder / 'data.yaml') as temporary:
            text = yaml.safe_dump(settings, sort_keys=False, default_flow_style=None)
            temporary.write_text(text, encoding='utf-8')

    def losses(self, films: Sequence[Film]) -> list[str]:
        """See the base class."""
        lost = super().losses(films)
        bare = sum(len(film.corners) == 0 for film in films)
        if bare:
            lost.append(
                f'{bare} films without labels have no label file; a trainer takes '
                'such films for empty ones'
            )
        absent = {'train', 'val'} - {film.split for film in films}
        if absent:
            lost.append(f'no films in {", ".join(sorted(absent))}; trainers need both')
        return lost


def label_of(film: Film) -> str:
    """Label file of one film, from the uppermost vertebra down.

    Eight decimals are finer than 0.0001 px on any film.
    """
    lines = []
    vertebrae = zip(film.corners, boxes_of(film), labelled(film), strict=True)
    for quad, box, visible in reversed(list(vertebrae)):
        x1, y1, x2, y2 = box
        values = [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1]
        fields = ['0', *_shares(values, film)]
        for point, seen in zip(quad, visible, strict=True):
            fields += [*_shares(point, film), '2'] if seen else ['0', '0', '0']
        lines.append(' '.join(fields) + '\n')
    return ''.join(lines)


def _shares(values: Sequence[float], film: Film) -> list[str]:
    size = (film.width, film.height)
    return [f'{float(value) / size[i % 2]:.8f}' for i, value in enumerate(values)]
