"""An exported detector: films in, boxes of vertebrae out."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.deployment.session import OnnxSession
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.imaging.channels import three_channels
from spondylo_mmpose.spine.boxes import FilmBoxes


class OnnxDetector:
    """Finds the boxes of vertebrae, all that the detector's recipe keeps.

    Args:
        session: Of a detector that ``tools/export.py`` wrote.

    Attributes:
        facts: What the file tells of itself.

    Raises:
        SpondyloError: If it is none.
    """

    def __init__(self, session: OnnxSession) -> None:
        self.session = session
        self.facts = session.facts
        if self.facts.kind != 'detector':
            raise SpondyloError(
                f'{session.path}: is no detector, but a model of kind '
                f'"{self.facts.kind}"; name the detector second'
            )

    def find(self, films: Sequence[NDArray[Any]]) -> list[FilmBoxes]:
        """Find the boxes of each film.

        Args:
            films: ``(H, W)`` or ``(H, W, 3)``, whatever their sizes.
        """
        found = []
        # One by one, as films go through other networks.
        for film in films:
            shown, factor = self._fitted(three_channels(np.asarray(film)))
            scores, boxes = self.session.run([shown])
            found.append(self._kept(scores[0], boxes[0], factor))
        return found

    def worth_a_look(self, films: Sequence[NDArray[Any]]) -> list[FilmBoxes]:
        """Boxes that get corners, within the film, the best first; as in a test."""
        least, most = self.facts.reading['least_score'], self.facts.reading['most']
        return [
            boxes.best(least, most, (film.shape[1], film.shape[0]))
            for boxes, film in zip(self.find(films), films, strict=True)
        ]

    def _fitted(
        self, film: NDArray[np.uint8]
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """The film as large as fits, at the upper left; by how much it grew."""
        width, height = self.facts.input_size
        size = np.array([film.shape[1], film.shape[0]])
        shown = (size * min(width / max(size), height / max(size)) + 0.5).astype(int)
        canvas = np.empty((height, width, 3), np.uint8)
        canvas[:] = self.facts.reading['beside']
        canvas[: shown[1], : shown[0]] = cv2.resize(film, shown.tolist())
        return canvas, (shown / size).astype(np.float32)

    def _kept(
        self,
        scores: NDArray[np.float32],
        boxes: NDArray[np.float32],
        factor: NDArray[np.float32],
    ) -> FilmBoxes:
        told = self.facts.reading
        counts = scores > told['score_threshold']
        width, height = self.facts.input_size
        boxes = boxes[counts].clip(0, [width, height, width, height])
        boxes = (boxes / np.tile(factor, 2)).astype(np.float32)
        scores = scores[counts]
        sides = boxes[:, 2:] - boxes[:, :2]
        # Empty boxes overlap nothing, themselves neither.
        full = (sides > 0).all(1)
        boxes, sides, scores = boxes[full], sides[full], scores[full]
        if not len(boxes):
            return FilmBoxes(boxes, scores)
        kept = cv2.dnn.NMSBoxes(
            np.hstack([boxes[:, :2], sides]).tolist(),
            scores.tolist(),
            told['score_threshold'],
            told['overlap'],
        )
        chosen = np.asarray(kept, np.intp).ravel()[: told['most_kept']]
        return FilmBoxes(boxes[chosen], scores[chosen])
