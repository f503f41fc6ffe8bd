import numpy as np

from spondylo_mmpose.spine.boxes import FilmBoxes, box_ious


def test_overlap_of_every_box_with_every_other():
    boxes = np.array([[0, 0, 2, 2], [1, 0, 3, 2], [5, 5, 6, 6]])
    ious = box_ious(boxes[:, None], boxes[None])
    assert np.allclose(ious, [[1, 1 / 3, 0], [1 / 3, 1, 0], [0, 0, 1]])


def test_boxes_without_area_do_not_overlap():
    assert box_ious([1, 1, 1, 1], [1, 1, 1, 1]) == 0
    assert box_ious([0, 0, 2, 2], [2, 0, 4, 2]) == 0


def test_names_go_with_their_boxes():
    boxes = np.array([[0, 0, 9, 9], [5, 5, 5, 9], [2, 2, 8, 8]], np.float32)
    scores = np.array([0.6, 0.9, 0.7], np.float32)
    corners = np.arange(24, dtype=np.float32).reshape(3, 4, 2)
    told = FilmBoxes(boxes, scores, np.array([4, 5, 6]), corners)
    found = told.best(0.5, 9, (20, 20))
    # The second has no area.
    assert found.slots.tolist() == [6, 4]
    assert (found.corners == corners[[2, 0]]).all()
    assert FilmBoxes(boxes, scores).best(0.5, 9, (20, 20)).slots is None
