import numpy as np

from spondylo_mmpose.spine.boxes import FilmBoxes, box_ious, boxes_to_look_again


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


def test_another_look_is_at_the_hull_or_where_it_was():
    quad = [[10, 20], [50, 22], [12, 60], [48, 58]]
    flat = [[5, 5], [9, 5], [5, 5], [9, 5]]
    lost = [[np.nan, 1], [2, 1], [1, 2], [2, 2]]
    before = np.arange(12, dtype=np.float32).reshape(3, 4)
    boxes = boxes_to_look_again(np.array([quad, flat, lost], float), before)
    assert boxes[0].tolist() == [10, 20, 50, 60]
    assert (boxes[1:] == before[1:]).all()
    assert boxes.dtype == np.float32
