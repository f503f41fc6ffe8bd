"""What finds vertebrae on loaded films: a detector, or a model of whole films."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import numpy as np
from mmengine.dataset import Compose, pseudo_collate
from mmengine.registry import DefaultScope
from mmpose.registry import MODELS
from torch import nn

from spondylo_mmpose.evaluation.film_samples import as_array
from spondylo_mmpose.models.pose_estimators.film_boxes import FilmBoxes, LoadedFilm


@MODELS.register_module()
class FilmDetector(nn.Module):
    """A model with the test pipeline of its own recipe, of which the boxes are taken.

    A detector of MMDet, or a pose model of whole films such as MAHT-Net, whose hulls
    are the boxes, whose ``slots`` name the vertebrae and whose corners are kept.

    Args:
        model: Its config.
        pipeline: Transforms that its recipe tests with. What loads the film gives way
            to ours, what loads annotations is left out.
        scope: ``default_scope`` of the recipe.
    """

    def __init__(
        self, model: Mapping[str, Any], pipeline: Sequence[dict], scope: str = 'mmdet'
    ) -> None:
        super().__init__()
        self.model = MODELS.build({**deepcopy(dict(model)), '_scope_': scope})
        with DefaultScope.overwrite_default_scope(scope):
            self.pipeline = Compose(_for_loaded_films(pipeline))

    def find(self, films: Sequence[LoadedFilm]) -> list[FilmBoxes]:
        """Detect on films, whatever their sizes."""
        samples = [
            self.pipeline(
                {'img': film.image, 'img_path': film.path, 'img_id': film.image_id}
            )
            for film in films
        ]
        found = []
        for sample in self.model.test_step(pseudo_collate(samples)):
            told = sample.pred_instances
            scores = told.bbox_scores if 'bbox_scores' in told else told.scores
            corners = None
            if 'keypoints' in told:
                corners = as_array(told.keypoints).astype(np.float32).reshape(-1, 4, 2)
            found.append(
                FilmBoxes(
                    as_array(told.bboxes).astype(np.float32).reshape(-1, 4),
                    as_array(scores).astype(np.float32),
                    as_array(told.slots).astype(int) if 'slots' in told else None,
                    corners,
                )
            )
        return found


def _for_loaded_films(pipeline: Sequence[dict]) -> list[dict]:
    ours = {'type': 'mmpose.LoadRadiograph'}
    names = [step['type'].rpartition('.')[2] for step in pipeline]
    return [
        ours if name.startswith('LoadImage') else step
        for name, step in zip(names, pipeline, strict=True)
        if not name.startswith('LoadAnn')
    ]
