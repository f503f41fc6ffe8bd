import numpy as np
import pytest

from spondylo_mmpose.datasets.transforms import RandomSuperposition

NOTHING = dict(tissue=0, gas=0, haze=0, edges=0, glare=0, grain=0)
GREY = np.full((96, 128, 3), 120, np.uint8)


def changed(image=GREY, seed=0, **settings):
    np.random.seed(seed)
    step = RandomSuperposition(**{'probability': 1.0, **settings})
    return step({'img': image, 'keypoints': 7})


def test_without_strength_nothing_changes():
    for seed in range(20):
        assert (changed(seed=seed, **NOTHING)['img'] == GREY).all()


@pytest.mark.parametrize(
    ('part', 'strength'),
    [('tissue', 0.3), ('gas', 0.6), ('edges', 6), ('glare', 0.5), ('grain', 0.05)],
)
def test_each_part_changes_a_grey_image(part, strength):
    told = [changed(seed=s, **NOTHING | {part: strength})['img'] for s in range(20)]
    assert any((image != GREY).any() for image in told)
    for image in told:
        assert image.shape == GREY.shape
        assert image.dtype == np.uint8
        # A radiograph stays grey.
        assert (image == image[..., :1]).all()


def test_gas_lets_more_through_and_glare_adds():
    for seed in range(20):
        assert (changed(seed=seed, **NOTHING | {'gas': 1.0})['img'] <= GREY).all()
        assert (changed(seed=seed, **NOTHING | {'glare': 0.5})['img'] >= GREY).all()


def test_haze_takes_contrast_alone():
    stripes = GREY.copy()
    stripes[:, ::2] = 60
    told = [
        changed(stripes, seed=s, **NOTHING | {'haze': 1.0})['img'] for s in range(9)
    ]
    spreads = np.array([image.astype(float).std() for image in told])
    assert (spreads <= stripes.std() + 0.5).all()
    assert spreads.min() < 0.9 * stripes.std()
    for image in told:
        assert abs(image.mean() - stripes.mean()) < 3


def test_the_seed_decides_and_the_film_stays_as_it_was():
    film = GREY.copy()
    one, again, other = (changed(film, seed=s)['img'] for s in (1, 1, 2))
    assert (one == again).all()
    assert (one != other).any()
    assert (film == GREY).all()
    assert changed(film)['keypoints'] == 7


def test_some_samples_are_left_alone():
    assert changed(probability=0)['img'] is GREY


@pytest.mark.parametrize(
    'wrong', [{'probability': 1.5}, {'gas': -0.1}, {'haze': 2}, {'grain': -1}]
)
def test_what_is_out_of_range_is_refused(wrong):
    with pytest.raises(ValueError, match='must'):
        RandomSuperposition(**wrong)


def test_it_says_what_it_does():
    assert 'grain=0.05' in repr(RandomSuperposition())
