import numpy as np
import pytest

from spondylo_mmpose.datasets.transforms import RandomPerspective
from spondylo_mmpose.datasets.transforms.random_perspective import perspective

SIZE = (120, 80)


def sample(corners=((30, 20), (90, 20), (30, 60), (90, 60))):
    """A white dot of 5 x 5 px at each corner."""
    image = np.zeros((*SIZE[::-1], 3), np.uint8)
    for x, y in corners:
        image[y - 2 : y + 3, x - 2 : x + 3] = 255
    points = np.array(corners, np.float32)[None]
    return {'img': image, 'transformed_keypoints': points}


def changed(seed=0, **settings):
    np.random.seed(seed)
    return RandomPerspective(**{'probability': 1.0, **settings})(sample())


def at(matrix, x, y):
    told = matrix @ [x, y, 1]
    return (told[:2] / told[2]).tolist()


def test_the_formula():
    """Half the width is 60 px, and px 59.5 is the middle."""
    matrix = perspective(SIZE, np.array([0.1, 0.0]))
    assert at(matrix, 59.5, 39.5) == pytest.approx([59.5, 39.5])
    assert at(matrix, 89.5, 39.5) == pytest.approx([59.5 + 30 / 1.05, 39.5])
    assert at(matrix, 29.5, 59.5) == pytest.approx([59.5 - 30 / 0.95, 39.5 + 20 / 0.95])


@pytest.mark.parametrize('seed', range(10))
def test_corners_go_with_the_picture(seed):
    told = changed(seed, strength=0.2)
    grey = told['img'][..., 0].astype(float)
    y, x = np.mgrid[: SIZE[1], : SIZE[0]]
    for a, b in told['transformed_keypoints'][0]:
        near = grey * ((abs(x - a) < 7) & (abs(y - b) < 7))
        centre = [(near * x).sum() / near.sum(), (near * y).sum() / near.sum()]
        assert centre == pytest.approx([a, b], abs=0.25)
    assert told['img'].dtype == np.uint8
    assert told['transformed_keypoints'].dtype == np.float32
    assert told['transformed_keypoints'].shape == (1, 4, 2)


def test_opposite_sides_are_parallel_no_more():
    ratios = []
    for seed in range(40):
        left_top, right_top, left_low, right_low = changed(seed)[
            'transformed_keypoints'
        ][0]
        top, low = right_top - left_top, right_low - left_low
        ratios.append(np.log(np.hypot(*top) / np.hypot(*low)))
    assert np.std(ratios) > 0.04
    assert np.abs(ratios).max() < 0.2


def test_nothing_changes_without_strength_or_by_chance():
    given = sample()
    for settings in ({'strength': 0.0}, {'probability': 0.0}):
        told = changed(**settings)
        assert (told['img'] == given['img']).all()
        assert (told['transformed_keypoints'] == given['transformed_keypoints']).all()


def test_the_seed_decides_and_what_was_given_stays():
    np.random.seed(1)
    given = sample()
    image, points = given['img'], given['transformed_keypoints']
    before = image.copy(), points.copy()
    told = RandomPerspective(probability=1.0)(given)
    assert (told['img'] == changed(1)['img']).all()
    assert (told['img'] != changed(2)['img']).any()
    assert (image == before[0]).all()
    assert (points == before[1]).all()


@pytest.mark.parametrize('settings', [{'strength': 0.5}, {'probability': 1.1}])
def test_what_makes_no_sense_is_refused(settings):
    with pytest.raises(ValueError, match='must be'):
        RandomPerspective(**settings)
