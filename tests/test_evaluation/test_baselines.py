import numpy as np
import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation import baselines
from spondylo_mmpose.spine.anatomy import mirror
from tests.test_evaluation.helpers import film_records

# In boxes (0, 0, 10, 20) and (0, 0, 20, 10), shifted.
FIRST = np.array([[0, 4], [10, 0], [2, 20], [10, 16]], float) + [7, 3]
SECOND = np.array([[0, 0], [20, 2], [4, 10], [16, 8]], float) - [5, 5]
# S1 behind and tilted, L5 level: faces left.
SPINE = np.array(
    [
        [[130, 330], [180, 300], [160, 370], [200, 340]],
        [[100, 230], [160, 230], [100, 270], [160, 272]],
    ],
    float,
)


def coco(*films):
    annotations = []
    for image_id, film in enumerate(films):
        for quad, level in zip(film, ('S1', 'L5'), strict=False):
            visible = np.isfinite(quad).all(1, keepdims=True)
            points = np.concatenate([np.nan_to_num(quad), 2.0 * visible], axis=1)
            annotations.append(
                {'image_id': image_id, 'keypoints': points.ravel(), 'level': level}
            )
    images = [
        {'id': i, 'file_name': f'{i}.png', 'width': 640, 'height': 640}
        for i in range(len(films))
    ]
    return {'images': images, 'annotations': annotations}


def test_shape_in_box_and_back_by_hand():
    shape = baselines.shape_in_box(FIRST)
    assert shape == pytest.approx(np.array([[0, 0.2], [1, 0], [0.2, 1], [1, 0.8]]))
    assert baselines.place_in_box(shape, [7, 3, 17, 23]) == pytest.approx(FIRST)
    placed = baselines.place_in_box(shape, [10, 20, 110, 70])
    assert placed == pytest.approx(np.array([[10, 30], [110, 20], [30, 70], [110, 60]]))


def test_no_shape_without_four_corners_or_a_box():
    incomplete = FIRST.copy()
    incomplete[2] = np.nan
    assert baselines.shape_in_box(incomplete) is None
    assert baselines.shape_in_box(np.zeros((4, 2))) is None
    with pytest.raises(SpondyloError, match='no vertebra'):
        baselines.MeanShape.from_coco([coco([incomplete])])


def test_mirrored_shape_keeps_its_names():
    shape = baselines.shape_in_box(SECOND)
    twice = baselines.mirror_shape(baselines.mirror_shape(shape))
    assert twice == pytest.approx(shape)
    mirrored = baselines.shape_in_box(mirror(SECOND, 100)[0])
    assert baselines.mirror_shape(shape) == pytest.approx(mirrored)


def test_mean_of_levels_is_exact_on_the_film_it_was_taken_from():
    mean = baselines.MeanShape.from_coco([coco(SPINE, mirror(SPINE, 640))])
    assert set(mean.by_level) == {'S1', 'L5'}
    for spine in (SPINE, mirror(SPINE, 640)):
        for record in mean.predict(film_records(spine, spine + 9)):
            assert record.predicted == pytest.approx(record.true)


def test_unknown_level_gets_the_overall_mean():
    mean = baselines.MeanShape.from_coco([coco(SPINE)])
    (record,) = mean.predict(film_records(SPINE[:1], SPINE[:1], levels=['T7']))
    expected = (baselines.shape_in_box(SPINE[0]) + baselines.shape_in_box(SPINE[1])) / 2
    assert record.predicted == pytest.approx(
        baselines.place_in_box(expected, record.box)
    )


def test_box_corners_reach_an_upright_rectangle():
    quad = np.array([[[5, 6], [25, 6], [5, 16], [25, 16]]], float)
    (record,) = baselines.predict_box_corners(film_records(quad, quad + 3))
    assert record.predicted.tolist() == quad[0].tolist()
