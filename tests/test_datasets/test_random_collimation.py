import numpy as np
import pytest

from spondylo_mmpose.datasets import RandomCollimation

WHITE = np.full((60, 80, 3), 200, np.uint8)
CORNERS = np.array([[[30, 20], [50, 22], [29, 40], [52, 43]]], np.float32)


def shaded(seed, corners=CORNERS, **options):
    np.random.seed(seed)
    results = {'img': WHITE, 'transformed_keypoints': corners}
    collimate = RandomCollimation(**{'probability': 1, 'depth': 1} | options)
    return collimate(results)['img']


def test_corners_keep_their_light_however_deep_the_blades():
    darkened = 0
    for seed in range(60):
        image = shaded(seed)
        assert image.dtype == np.uint8
        assert image.shape == WHITE.shape
        for x, y in CORNERS[0].astype(int):
            assert (image[y, x] == 200).all()
        darkened += (image == 0).all(-1).sum()
    assert darkened > 60 * 200


def test_blades_come_from_all_four_sides():
    dark = np.mean([shaded(seed)[..., 0] < 100 for seed in range(80)], 0)
    for middle in (dark[30, 0], dark[30, -1], dark[0, 40], dark[-1, 40]):
        assert 0.15 < middle < 0.6
    assert dark[20:44, 30:52].max() == 0


def test_a_straight_blade_stands_where_it_was_drawn():
    image = shaded(3, corners=np.zeros((0, 4, 2)), lean=0)[..., 0]
    columns, rows = (image == 200).any(0), (image == 200).any(1)
    lit = image[np.ix_(rows, columns)]
    # What is lit is one rectangle, apart from the soft edge.
    assert (lit > 0).mean() > 0.9
    assert 0 < columns.mean() * rows.mean() < 1


def test_a_film_s_own_corners_count_where_there_is_no_crop():
    np.random.seed(1)
    collimate = RandomCollimation(probability=1, depth=1)
    for _ in range(30):
        image = collimate({'img': WHITE, 'keypoints': CORNERS})['img']
        for x, y in CORNERS[0].astype(int):
            assert (image[y, x] == 200).all()


def test_corners_outside_the_image_leave_nothing_to_darken():
    outside = np.array([[[-9.0, 5], [90, 30], [40, -5], [40, 70]]])
    for seed in range(20):
        # Each blade begins before its corner, which is outside.
        assert (shaded(seed, outside, lean=0) == 200).all()


def test_share_of_the_samples():
    changed = [(shaded(s, probability=0.3) != 200).any() for s in range(300)]
    assert np.mean(changed) == pytest.approx(0.3, abs=0.08)
    assert shaded(0, probability=0) is WHITE


@pytest.mark.parametrize(
    'bad', [{'probability': 2}, {'depth': -1}, {'margin': 1.1}, {'lean': 90}]
)
def test_arguments_out_of_range(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        RandomCollimation(**bad)
