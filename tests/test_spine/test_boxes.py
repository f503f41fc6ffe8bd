import numpy as np

from spondylo_mmpose.spine.boxes import box_ious


def test_overlap_of_every_box_with_every_other():
    boxes = np.array([[0, 0, 2, 2], [1, 0, 3, 2], [5, 5, 6, 6]])
    ious = box_ious(boxes[:, None], boxes[None])
    assert np.allclose(ious, [[1, 1 / 3, 0], [1 / 3, 1, 0], [0, 0, 1]])


def test_boxes_without_area_do_not_overlap():
    assert box_ious([1, 1, 1, 1], [1, 1, 1, 1]) == 0
    assert box_ious([0, 0, 2, 2], [2, 0, 4, 2]) == 0
