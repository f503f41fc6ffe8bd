"""What a model finds on one film, as arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class FilmVertebrae:
    """Vertebrae of one film, named as in MMPose's ``pred_instances``.

    Attributes:
        keypoints: ``(N, 4, 2)`` corners, px of the film.
        keypoint_scores: ``(N, 4)``; their scale differs from model to model.
        bboxes: ``(N, 4)`` px of the film: the boxes that a top-down model got, hulls
            of the corners otherwise.
        bbox_scores: ``(N,)`` in [0, 1]: of the detector, or the presence; 1 where
            boxes were given.
        keypoint_stds: ``(N, 4)`` standard deviations, px of the film, of models that
            tell them.
        slots: ``(N,)`` slots of models that have them.
        finder_keypoints: ``(N, 4, 2)`` corners as the model that found the boxes places
            them, of a top-down model whose finder does.
    """

    keypoints: Floats
    keypoint_scores: Floats
    bboxes: Floats
    bbox_scores: Floats
    keypoint_stds: Floats | None = None
    slots: NDArray[np.integer] | None = None
    finder_keypoints: Floats | None = None

    def __len__(self) -> int:
        """Number of vertebrae."""
        return len(self.keypoints)
