import numpy as np
import pytest
from mmpose.datasets.transforms import PackPoseInputs, RandomFlip

from spondylo_mmpose.datasets.transforms import FilmAffine, FilmTargets

QUAD = [[10, 10], [30, 12], [11, 22], [31, 24]]


def sample(corners, visible=None, matrix=((1, 0, 0), (0, 1, 0)), size=(64, 64)):
    corners = np.array(corners, np.float32).reshape(-1, 4, 2)
    visible = np.ones(corners.shape[:2]) if visible is None else np.array(visible)
    matrix = np.array(matrix, np.float32)
    return {
        'transformed_keypoints': corners @ matrix[:, :2].T + matrix[:, 2],
        'keypoints_visible': visible,
        'input_size': size,
    }


def targets(*arguments, **named):
    return FilmTargets().transform(sample(*arguments, **named))


def test_the_box_is_the_hull_where_the_corners_come_to_lie():
    # A quarter turn about the origin and 40 px to the right: (x, y) -> (40 - y, x).
    results = targets([QUAD], matrix=[[0, -1, 40], [1, 0, 0]])
    np.testing.assert_allclose(results['bbox_labels'], [[16, 10, 30, 31]])
    np.testing.assert_allclose(results['keypoint_labels'][0][0], [30, 10])
    assert results['keypoint_weights'].tolist() == [[1, 1, 1, 1]]
    assert results['bbox_weights'].tolist() == [1]


@pytest.mark.parametrize(
    ('shift', 'box', 'trained', 'weights'),
    [
        # 14 px of its 21 remain: trained, without the corners outside.
        (-17.5, [-0.5, 10, 13.5, 24], 1, [0, 1, 0, 1]),
        # 8.5 px remain, less than half: ignored.
        (-23, [-0.5, 10, 8, 24], 0, [0, 1, 0, 1]),
    ],
)
def test_a_vertebra_cut_off_by_the_edge(shift, box, trained, weights):
    results = targets([QUAD], matrix=[[1, 0, shift], [0, 1, 0]])
    np.testing.assert_allclose(results['bbox_labels'], [box])
    assert results['bbox_weights'].tolist() == [trained]
    assert results['keypoint_weights'].tolist() == [weights]


def test_a_vertebra_outside_is_left_out():
    other = (np.array(QUAD) + 30).tolist()
    results = targets([QUAD, other], matrix=[[1, 0, -40], [0, 1, 0]])
    np.testing.assert_allclose(results['keypoint_labels'], [np.array(other) - [40, 0]])


def test_unlabelled_corners():
    end_plate = [[10, 10], [50, 12], [0, 0], [0, 0]]
    three = [QUAD[0], QUAD[1], QUAD[2], [0, 0]]
    one = [[10, 10], [0, 0], [0, 0], [0, 0]]
    results = targets(
        [end_plate, three, one], visible=[[1, 1, 0, 0], [1, 1, 1, 0], [1, 0, 0, 0]]
    )
    # The one end plate gets a box half as high as wide about it, the three corners
    # their hull; the one corner tells no box.
    np.testing.assert_allclose(
        results['bbox_labels'], [[10, 1, 50, 21], [10, 10, 30, 22]]
    )
    assert results['keypoint_weights'].tolist() == [[1, 1, 0, 0], [1, 1, 1, 0]]


def test_a_film_without_vertebrae():
    results = FilmTargets().transform({'input_size': (64, 64)})
    assert results['keypoint_labels'].shape == (0, 4, 2)
    assert results['keypoint_weights'].shape == (0, 4)
    assert results['bbox_labels'].shape == (0, 4)
    assert results['bbox_weights'].shape == (0,)


def test_packed_as_tensors():
    results = targets([QUAD], visible=[[1, 1, 1, 0]])
    results['img'] = np.zeros((64, 64, 3), np.uint8)
    labels = PackPoseInputs(meta_keys=()).transform(results)['data_samples']
    labels = labels.gt_instance_labels
    assert set(labels.keys()) == {
        'keypoint_labels', 'keypoint_weights', 'bboxes', 'bbox_weights'
    }  # fmt: skip
    assert labels.bboxes.tolist() == [[10, 10, 30, 22]]


@pytest.mark.parametrize('seed', range(4))
def test_flip_turn_and_zoom_keep_corners_on_their_marks(seed):
    """Each corner has a grey value of its own, found again under its own name."""
    np.random.seed(seed)
    corners = np.array([[40, 50], [90, 44], [46, 92], [97, 86]], np.float32)
    greys = (60, 110, 160, 210)
    image = np.zeros((140, 130, 3), np.uint8)
    for (x, y), grey in zip(corners.astype(int), greys, strict=True):
        image[y - 4 : y + 5, x - 4 : x + 5] = grey
    results = {
        'img': image,
        'img_shape': image.shape[:2],
        'keypoints': corners[None],
        'keypoints_visible': np.ones((1, 4), np.float32),
        'flip_indices': [1, 0, 3, 2],
    }
    for step in (
        RandomFlip(prob=1.0),
        FilmAffine((128, 128), rotate=15, zoom=0.1, stretch=0.2),
        FilmTargets(),
    ):
        results = step.transform(results)
    found = results['keypoint_labels'][0]
    # The film's corners are as they were, flipped; they do not follow the input.
    flipped = corners[[1, 0, 3, 2]] * [-1, 1] + [129, 0]
    np.testing.assert_array_equal(results['keypoints'][0], flipped)
    # After the flip the right corner of before is the left one.
    for (x, y), grey in zip(
        found.round().astype(int), (110, 60, 210, 160), strict=True
    ):
        assert abs(int(results['img'][y, x, 0]) - grey) <= 2
    assert found[0, 0] < found[1, 0]
    assert found[2, 0] < found[3, 0]
