import cv2
import numpy as np
import pytest

from spondylo_mmpose.datasets import RandomCopy


def picture():
    """A smooth picture with a bright block that has sharp edges."""
    y, x = np.mgrid[:96, :96]
    grey = (60 + 0.5 * x + 0.3 * y).astype(np.uint8)
    grey[30:60, 40:80] = 190
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)


def copied(seed=0, **options):
    np.random.seed(seed)
    return RandomCopy(**{'probability': 1} | options)({'img': picture()})['img']


def test_a_copy_is_grey_of_the_same_size_and_another_picture():
    for seed in range(30):
        image = copied(seed)
        assert image.shape == (96, 96, 3)
        assert image.dtype == np.uint8
        assert (image[..., 0] == image[..., 1]).all()
        assert (image != picture()).mean() > 0.5


def test_the_block_stays_where_it_is():
    """Edges of the block are where they were, whatever happened to the levels."""
    for seed in range(20):
        image = copied(seed, grain=0.0)[..., 0].astype(float)
        across = np.abs(np.diff(image[35:55].mean(0)))
        down = np.abs(np.diff(image[:, 45:75].mean(1)))
        assert across.argmax() in (38, 39, 40, 78, 79, 80)
        assert down.argmax() in (28, 29, 30, 58, 59, 60)


def test_a_window_keeps_the_order_of_greys():
    np.random.seed(1)
    grey = picture()[..., 0]
    shown = RandomCopy._window(grey)
    order = np.argsort(grey, axis=None, kind='stable')
    assert (np.diff(shown.ravel()[order].astype(int)) >= 0).all()
    assert (shown.min(), shown.max()) == (0, 255)


def test_one_grey_stays_finite():
    np.random.seed(0)
    flat = np.full((40, 40, 3), 77, np.uint8)
    assert RandomCopy(1)({'img': flat})['img'].shape == (40, 40, 3)


def test_each_happens_to_its_own_share():
    np.random.seed(3)
    copy = RandomCopy(0.1)
    image = picture()
    changed = [copy({'img': image})['img'] is not image for _ in range(400)]
    # One of five: 1 - 0.9 ** 5.
    assert np.mean(changed) == pytest.approx(0.41, abs=0.08)
    assert not any(RandomCopy(0)({'img': image})['img'] is not image for _ in range(9))


@pytest.mark.parametrize(
    'bad',
    [
        {'probability': 2},
        {'shrink': 0.5},
        {'grain': -1},
        {'quality': 0},
        {'quality': 61},
    ],
)
def test_arguments_out_of_range(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        RandomCopy(**bad)


def test_repr_tells_the_arguments():
    assert repr(RandomCopy()) == (
        'RandomCopy(probability=0.15, shrink=3.0, grain=0.1, quality=8)'
    )
