"""Records made by hand."""

import numpy as np

from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.spine.anatomy import hull_boxes, levels_upward


def film_records(true, predicted, film_id=1, spacing=None, levels=None):
    """Records of one film from spines ``(N, 4, 2)`` sorted upward."""
    true = np.asarray(true, float)
    levels = levels or levels_upward(len(true))
    return [
        VertebraRecord(
            film_id=f'{film_id}.png',
            vertebra_id=100 * film_id + i,
            order=i,
            level=levels[i],
            film={'file_name': f'{film_id}.png', 'pixel_spacing_mm': spacing},
            box=hull_boxes(true[i])[0],
            predicted=np.asarray(predicted[i], float),
            true=true[i],
        )
        for i in range(len(true))
    ]


def sample_of(record):
    """The data sample that MMPose would hand to a metric."""
    visible = np.isfinite(record.true).all(1, keepdims=True)
    keypoints = np.concatenate([np.nan_to_num(record.true), 2.0 * visible], axis=1)
    x1, y1, x2, y2 = record.box
    return {
        'id': record.vertebra_id,
        'img_path': record.film_id,
        'raw_ann_info': {
            'keypoints': keypoints.ravel().tolist(),
            'bbox': [x1, y1, x2 - x1, y2 - y1],
        },
        'pred_instances': {'keypoints': record.predicted[None]},
        'film': dict(record.film),
        'vertebra': {'level': record.level, 'order': record.order},
    }


def assert_same_predictions(one, other):
    """Two prediction sets are equal to the last bit; NaN equals NaN."""
    assert (one.model, one.given_boxes) == (other.model, other.given_boxes)
    assert len(one.films) == len(other.films)
    for first, second in zip(one.films, other.films, strict=True):
        for name in ('file_name', 'levels', 'annotation_ids', 'size'):
            assert getattr(first, name) == getattr(second, name), name
        np.testing.assert_array_equal(first.corners, second.corners)
        np.testing.assert_array_equal(first.scores, second.scores)
        assert (first.corner_std is None) == (second.corner_std is None)
        if first.corner_std is not None:
            np.testing.assert_array_equal(first.corner_std, second.corner_std)
