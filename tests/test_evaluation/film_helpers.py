"""Whole films made by hand: vertebrae of 40 by 20 px, 30 px apart, on 512 px films."""

import numpy as np

from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.evaluation.film_predictions import FilmPrediction
from spondylo_mmpose.spine.anatomy import vertebra_boxes

LOWEST = np.array([[100, 400], [140, 400], [100, 420], [140, 420]], float)


def column(*places):
    """Vertebrae at places counted from the lowest, ``(N, 4, 2)`` px."""
    return np.array([LOWEST - [0, 30 * place] for place in places]).reshape(-1, 4, 2)


def film_of(name, corners, **fields):
    return Film(
        file_name=name, width=512, height=512, split='val', corners=corners, **fields
    )


def prediction_of(name, corners, scores=None, **fields):
    scores = np.full(len(corners), 0.9) if scores is None else np.array(scores, float)
    return FilmPrediction(name, np.asarray(corners, float), scores, **fields)


def sample_of_film(film, prediction):
    """The data sample that a model for whole films would hand to a metric."""
    annotations = []
    for place, (quad, box) in enumerate(
        zip(film.corners, vertebra_boxes(film.corners), strict=True)
    ):
        visible = np.isfinite(quad).all(1, keepdims=True)
        keypoints = np.concatenate([np.nan_to_num(quad), 2.0 * visible], axis=1)
        annotations.append(
            {
                'id': place + 1,
                'image_id': 7,
                'keypoints': keypoints.ravel().tolist(),
                'bbox': [*box[:2], *(box[2:] - box[:2])],
                'level': None,
                'order': place,
            }
        )
    entry = {'file_name': film.file_name, 'width': film.width, 'height': film.height}
    if film.source is not None:
        entry['source'] = film.source
    if prediction is None:
        prediction = prediction_of(film.file_name, np.zeros((0, 4, 2)))
    return {
        'img_path': film.file_name,
        'img_id': 7,
        'raw_ann_info': annotations or None,
        'film': [entry] * len(annotations),
        'pred_instances': {
            'keypoints': prediction.corners,
            'bbox_scores': prediction.scores,
        },
    }
