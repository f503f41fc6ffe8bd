"""Predicted and true spines of lateral films, ready to be measured."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.spine.anatomy import Facing, FloatArray, infer_facing
from spondylo_mmpose.spine.measurements import to_scale
from spondylo_mmpose.statistics.film_measures import true_aspect


@dataclass(frozen=True)
class FilmSpine:
    """The vertebrae of one lateral film whose place along the spine is known.

    The facing of truth and prediction is inferred from their own corners, as on a film
    without labels. So a prediction that mirrors the whole spine measures the same, and
    shows where the two facings are compared; one whose facing comes out wrong for
    another reason has all signs turned.

    Attributes:
        film_id: Path of the image.
        orders: Place of each vertebra, rising; a gap is a vertebra that is not here.
        levels: Level of each, ``None`` where unknown. They are those of the annotation
            file, which may have assumed that the lowest vertebra is S1.
        true: ``(N, 4, 2)`` from the lowest upward: in mm where the spacing is known,
            in units of one scale where the true aspect is, else in px.
        predicted: The same, nowhere infinite; NaN where the truth is. A corner that is
            nowhere labelled is nowhere learnt: what is predicted for it says nothing.
        facing: Of the truth, ``None`` where it can't be told.
        predicted_facing: Of the prediction.
        in_mm: Whether the pixel spacing is known.
        true_aspect: Whether x and y have one scale, so that angles are true.
    """

    film_id: str
    orders: Sequence[int]
    levels: Sequence[str | None]
    true: FloatArray
    predicted: FloatArray
    facing: Facing | None
    predicted_facing: Facing | None
    in_mm: bool
    true_aspect: bool

    @property
    def neighbours(self) -> list[int]:
        """Indices of the vertebrae that stand right below the next one."""
        return [i for i, gap in enumerate(np.diff(self.orders)) if gap == 1]

    def pair_name(self, lower: int) -> str:
        """Levels of a pair from above, e.g. ``L5-S1``; ``?`` where unknown."""
        return f'{self.levels[lower + 1] or "?"}-{self.levels[lower] or "?"}'


def film_spines(records: Iterable[VertebraRecord]) -> list[FilmSpine]:
    """Gather the vertebrae of each film, sorted by the film's path.

    Args:
        records: Those without an order and those of AP films are left out.
    """
    films: dict[str, list[VertebraRecord]] = defaultdict(list)
    for record in records:
        if record.order is not None and record.film.get('view') != 'ap':
            films[record.film_id].append(record)
    return [_film_spine(film_id, films[film_id]) for film_id in sorted(films)]


def _film_spine(film_id: str, records: list[VertebraRecord]) -> FilmSpine:
    records = sorted(records, key=lambda record: record.order or 0)
    scale = film_scale(records[0])
    true = to_scale(np.stack([record.true for record in records]), scale)
    predicted = to_scale(np.stack([record.predicted for record in records]), scale)
    usable = np.isfinite(predicted) & ~np.isnan(true)
    predicted = np.where(usable, predicted, np.nan)
    return FilmSpine(
        film_id=film_id,
        orders=[record.order or 0 for record in records],
        levels=[record.level for record in records],
        true=true,
        predicted=predicted,
        facing=infer_facing(true)[0],
        predicted_facing=infer_facing(predicted)[0],
        in_mm=records[0].spacing is not None,
        true_aspect=scale is not None,
    )


def film_scale(record: VertebraRecord) -> tuple[float, float] | None:
    """Size of a pixel in x and y of a vertebra's film, see :func:`.true_aspect`."""
    image, spacing = record.film, record.spacing
    size = image.get('width'), image.get('height')
    film = Film(
        file_name=record.film_id,
        width=size[0] or 0,
        height=size[1] or 0,
        split='',
        pixel_spacing_mm=None if spacing is None else (spacing[0], spacing[1]),
        original_size=image.get('original_size') if all(size) else None,
    )
    return true_aspect(film)[0]
