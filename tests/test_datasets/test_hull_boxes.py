import numpy as np
import pytest

from spondylo_mmpose.datasets.transforms import HullBoxes


def film(keypoints, visible=None, size=(100, 80)):
    corners = np.asarray(keypoints, np.float32).reshape(-1, 4, 2)
    seen = np.ones(corners.shape[:2], np.float32) if visible is None else visible
    return {
        'img': np.zeros((size[1], size[0], 3), np.uint8),
        'img_shape': (1, 1),
        'keypoints': corners,
        'keypoints_visible': np.asarray(seen, np.float32),
    }


TILTED = [[10, 22], [40, 20], [12, 44], [42, 40]]


def test_box_is_the_hull_of_the_corners():
    results = HullBoxes().transform(film([TILTED]))
    assert results['gt_bboxes'].tensor.tolist() == [[10, 20, 42, 44]]
    assert results['gt_bboxes_labels'].tolist() == [0]
    assert results['gt_ignore_flags'].tolist() == [False]
    assert results['instances'] == [
        {'bbox': [10, 20, 42, 44], 'bbox_label': 0, 'ignore_flag': 0}
    ]
    assert results['img_shape'] == (80, 100)


def test_corners_that_are_not_labelled_do_not_count():
    corners = np.array([TILTED, TILTED, [[10, 50], [30, 50], [0, 0], [0, 0]]])
    corners[0, 0] = 0
    visible = [[0, 1, 1, 1], [0, 0, 0, 1], [1, 1, 0, 0]]
    results = HullBoxes().transform(film(corners, visible))
    # The first is completed to a parallelogram, whose fourth corner is (10, 24). A
    # vertebra with one corner has no box; a body hangs below an end plate.
    boxes = results['gt_bboxes'].tensor.tolist()
    assert boxes == [[10, 20, 42, 44], [10, 50, 30, 62]]


@pytest.mark.parametrize(('left', 'kept'), [(-18, True), (-20, False), (120, False)])
def test_what_lies_mostly_outside_is_no_target(left, kept):
    square = np.array([[0, 0], [30, 0], [0, 30], [30, 30]]) + [left, 10]
    results = HullBoxes(least_share=0.4).transform(film([square]))
    boxes = results['gt_bboxes'].tensor.tolist()
    assert boxes == ([[0, 10, left + 30, 40]] if kept else [])


def test_a_film_without_labels_has_no_boxes():
    results = {'img': np.zeros((80, 100, 3), np.uint8)}
    results = HullBoxes().transform(results)
    assert results['gt_bboxes'].tensor.shape == (0, 4)
    assert results['instances'] == []


def test_a_test_gets_the_truth_but_no_targets():
    results = HullBoxes(targets=False).transform(film([TILTED]))
    assert [one['bbox'] for one in results['instances']] == [[10, 20, 42, 44]]
    assert 'gt_bboxes' not in results
