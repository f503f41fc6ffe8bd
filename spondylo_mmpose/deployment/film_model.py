"""An exported model of whole films: films in, named vertebrae out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.decoding.told_slots import told_slots
from spondylo_mmpose.deployment.reading import InputCorners, read_outputs
from spondylo_mmpose.deployment.results import FilmVertebrae
from spondylo_mmpose.deployment.session import FILMS_AT_ONCE, OnnxSession
from spondylo_mmpose.imaging.warp import film_matrix, to_film, warp_film
from spondylo_mmpose.spine.anatomy import hull_boxes
from spondylo_mmpose.spine.boxes import FilmBoxes


class OnnxFilmModel:
    """Finds vertebrae by itself.

    Args:
        session: Of a model of kind ``'whole film'``.

    Attributes:
        facts: What the file tells of itself.
    """

    def __init__(self, session: OnnxSession) -> None:
        self.session = session
        self.facts = session.facts

    def find(self, films: Sequence[NDArray[np.uint8]]) -> list[FilmVertebrae]:
        """Find the vertebrae of each film, upward.

        Args:
            films: ``(H, W, 3)`` BGR, whatever their sizes.
        """
        found = []
        size = self.facts.input_size
        for start in range(0, len(films), FILMS_AT_ONCE):
            part = films[start : start + FILMS_AT_ONCE]
            matrices = [film_matrix(film.shape[1::-1], size) for film in part]
            inputs = [
                warp_film(film, matrix, size)
                for film, matrix in zip(part, matrices, strict=True)
            ]
            told = read_outputs(self.session.run(inputs), self.facts)
            found += [self._present(told, *one) for one in enumerate(matrices)]
        return found

    def worth_a_look(self, films: Sequence[NDArray[np.uint8]]) -> list[FilmBoxes]:
        """Hulls, slots and corners for a top-down model, the best vertebra first.

        Args:
            films: See :meth:`find`.
        """
        named = self.facts.counts_upward
        return [
            FilmBoxes(
                one.bboxes,
                one.bbox_scores,
                one.slots if named else None,
                one.keypoints,
            ).best(0, len(one), (film.shape[1], film.shape[0]))
            for one, film in zip(self.find(films), films, strict=True)
        ]

    def _present(
        self, told: InputCorners, number: int, matrix: NDArray[np.float64]
    ) -> FilmVertebrae:
        assert told.presence is not None
        assert told.stds is not None
        presence = told.presence[number]
        threshold = self.facts.reading['presence_threshold']
        slots = told_slots(told.corners[number], presence, threshold)
        corners, side = to_film(told.corners[number, slots], matrix)
        return FilmVertebrae(
            keypoints=corners.astype(np.float32),
            keypoint_scores=told.scores[number, slots].astype(np.float32),
            bboxes=hull_boxes(corners.reshape(-1, 4, 2)).astype(np.float32),
            bbox_scores=presence[slots].astype(np.float32),
            keypoint_stds=(told.stds[number, slots] * side).astype(np.float32),
            slots=slots,
        )
