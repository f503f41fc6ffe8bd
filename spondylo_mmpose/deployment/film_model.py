"""An exported model of whole films: films in, named vertebrae out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.decoding.told_slots import told_slots
from spondylo_mmpose.deployment.reading import read_outputs
from spondylo_mmpose.deployment.results import FilmVertebrae
from spondylo_mmpose.deployment.session import OnnxSession
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
        # One by one: maps of more leave the caches, and each film takes longer.
        return [self._find(film) for film in films]

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

    def _find(self, film: NDArray[np.uint8]) -> FilmVertebrae:
        size = self.facts.input_size
        matrix = film_matrix(film.shape[1::-1], size)
        seen = [warp_film(film, matrix, size)]
        told = read_outputs(self.session.run(seen), self.facts)
        assert told.presence is not None
        assert told.stds is not None
        presence = told.presence[0]
        threshold = self.facts.reading['presence_threshold']
        slots = told_slots(told.corners[0], presence, threshold)
        corners, side = to_film(told.corners[0, slots], matrix)
        return FilmVertebrae(
            keypoints=corners.astype(np.float32),
            keypoint_scores=told.scores[0, slots].astype(np.float32),
            bboxes=hull_boxes(corners.reshape(-1, 4, 2)).astype(np.float32),
            bbox_scores=presence[slots].astype(np.float32),
            keypoint_stds=(told.stds[0, slots] * side).astype(np.float32),
            slots=slots,
        )
