"""Boxes that any detector left in a file."""

from collections.abc import Sequence

import numpy as np
from mmpose.registry import MODELS
from torch import nn

from spondylo_mmpose.evaluation.box_results import read_box_results
from spondylo_mmpose.models.pose_estimators.film_boxes import FilmBoxes, LoadedFilm
from spondylo_mmpose.utils.io import read_json


@MODELS.register_module()
class FileBoxes(nn.Module):
    """Looks boxes up instead of detecting them.

    Args:
        path: COCO detection results, see :func:`.read_box_results`.
        annotations: Annotation files of the films.

    Raises:
        SpondyloError: If a file cannot be read or they do not belong together.
    """

    def __init__(self, path: str, annotations: Sequence[str]) -> None:
        super().__init__()
        self.results = read_box_results(path, [read_json(one) for one in annotations])

    def find(self, films: Sequence[LoadedFilm]) -> list[FilmBoxes]:
        """Look up films; one that the file does not know has no boxes."""
        nothing = np.zeros((0, 4)), np.zeros(0)
        return [
            FilmBoxes(boxes.astype(np.float32), scores.astype(np.float32))
            for boxes, scores in (
                self.results.get(film.image_id, nothing) for film in films
            )
        ]
