import numpy as np
import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation import baselines
from tests.test_evaluation.helpers import film_records

# Two quads in boxes (0, 0, 10, 20) and (0, 0, 20, 10), shifted.
FIRST = np.array([[0, 4], [10, 0], [2, 20], [10, 16]], float) + [7, 3]
SECOND = np.array([[0, 0], [20, 2], [4, 10], [16, 8]], float) - [5, 5]


def test_mean_shape_by_hand():
    shape = baselines.mean_shape([FIRST, SECOND])
    expected = [[0, 0.1], [1, 0.1], [0.2, 1.0], [0.9, 0.8]]
    assert shape == pytest.approx(np.array(expected))
    placed = baselines.place_in_box(shape, [10, 20, 110, 70])
    assert placed == pytest.approx(np.array([[10, 25], [110, 25], [30, 70], [100, 60]]))


def test_mean_shape_leaves_out_incomplete_vertebrae():
    incomplete = FIRST.copy()
    incomplete[2] = np.nan
    flat = np.zeros((4, 2))
    assert baselines.mean_shape([FIRST, incomplete, flat]) == pytest.approx(
        baselines.mean_shape([FIRST])
    )
    with pytest.raises(SpondyloError, match='mean shape'):
        baselines.mean_shape([incomplete])


def test_box_corners_reach_an_upright_rectangle():
    quad = np.array([[[5, 6], [25, 6], [5, 16], [25, 16]]], float)
    records = baselines.predict_shape(
        film_records(quad, quad + 3), baselines.BOX_CORNERS
    )
    assert records[0].predicted.tolist() == quad[0].tolist()


def test_corners_of_coco_marks_unlabelled():
    content = {'annotations': [{'keypoints': [1, 2, 2, 3, 4, 2, 5, 6, 2, 0, 0, 0]}]}
    corners = baselines.corners_of_coco(content)
    assert corners[0, :3].tolist() == [[1, 2], [3, 4], [5, 6]]
    assert np.isnan(corners[0, 3]).all()
