"""What a model says about films, whoever made the model."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.spine.anatomy import FloatArray


@dataclass(frozen=True)
class FilmPrediction:
    """What a model says about one film, end to end or given boxes.

    Attributes:
        file_name: Path relative to ``ROOT/images``: the key that joins it with the
            truth.
        corners: ``(N, 4, 2)`` px of the stored film, in the order of
            ``anatomy.CORNERS``; the vertebrae in any order. NaN marks a corner that
            was not predicted.
        scores: ``(N,)`` confidence in [0, 1]; NaN where the model gives none.
        levels: ``N`` level names, each or all ``None`` where not told.
        annotation_ids: ``(N,)`` ids of the true vertebrae whose boxes were given;
            ``None`` end to end.
        corner_std: ``(N, 4)`` standard deviation of the corners, px, NaN where not
            told; or ``None``.
        size: ``(width, height)`` px of the film that was predicted on, ``None`` where
            it was not recorded.
    """

    file_name: str
    corners: FloatArray
    scores: FloatArray
    levels: Sequence[str | None] | None = None
    annotation_ids: Sequence[int] | None = None
    corner_std: FloatArray | None = None
    size: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        """Refuse lengths that differ.

        Raises:
            ValueError: If an array has another shape than it should have.
        """
        number = len(self.corners)
        shapes = {
            'corners': (np.shape(self.corners), (number, 4, 2)),
            'scores': (np.shape(self.scores), (number,)),
            'levels': (_length(self.levels), (number,)),
            'annotation_ids': (_length(self.annotation_ids), (number,)),
            'corner_std': (
                None if self.corner_std is None else np.shape(self.corner_std),
                (number, 4),
            ),
        }
        for name, (shape, expected) in shapes.items():
            if shape is not None and shape != expected:
                raise ValueError(f'{name} of shape {shape}, not {expected}')

    def __len__(self) -> int:
        """Number of vertebrae."""
        return len(self.corners)

    def keep(self, places: Sequence[int] | np.ndarray) -> 'FilmPrediction':
        """Choose and order vertebrae.

        Args:
            places: Their indices.

        Returns:
            A prediction of the same film with these vertebrae alone.
        """
        chosen = np.asarray(places, dtype=np.intp)
        return FilmPrediction(
            self.file_name,
            self.corners[chosen],
            self.scores[chosen],
            None if self.levels is None else [self.levels[i] for i in chosen],
            None
            if self.annotation_ids is None
            else [self.annotation_ids[i] for i in chosen],
            None if self.corner_std is None else self.corner_std[chosen],
            self.size,
        )


@dataclass(frozen=True)
class PredictionSet:
    """Predictions of one model for many films.

    Attributes:
        films: One for each film.
        given_boxes: Whether the model was told where the vertebrae are.
        model: Name of the model or ``None``.
    """

    films: Sequence[FilmPrediction] = field(default_factory=list)
    given_boxes: bool = False
    model: str | None = None


def joined_predictions(sets: Sequence[PredictionSet]) -> PredictionSet:
    """Bring predictions for different films together.

    Args:
        sets: One or more; the first one names the model.

    Raises:
        SpondyloError: If boxes were given to some of them only.
    """
    if len({one.given_boxes for one in sets}) > 1:
        raise SpondyloError(
            'some of the predictions were made with given boxes and some without; '
            'measure them apart'
        )
    films = [film for one in sets for film in one.films]
    return PredictionSet(films, sets[0].given_boxes, sets[0].model)


def _length(values: Sequence | None) -> tuple[int] | None:
    return None if values is None else (len(values),)
