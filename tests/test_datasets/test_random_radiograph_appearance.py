import numpy as np
import pytest

from spondylo_mmpose.datasets.transforms import RandomRadiographAppearance

OFF = dict(gamma=0, contrast=0, brightness=0, blur_sigma=0, noise=0)


@pytest.fixture
def image():
    return np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)


def apply(image, **ranges):
    np.random.seed(3)
    transform = RandomRadiographAppearance(**OFF | ranges)
    return transform.transform({'img': image.copy(), 'keypoints': 'kept'})


def test_all_off_is_identity(image):
    results = apply(image)
    assert (results['img'] == image).all()
    assert results['keypoints'] == 'kept'


@pytest.mark.parametrize(
    'part',
    [
        {'gamma': 0.5},
        {'contrast': 0.5},
        {'brightness': 0.3},
        {'blur_sigma': 2, 'blur_probability': 1},
        {'noise': 0.1},
    ],
)
def test_each_part_changes_the_picture_and_nothing_else(image, part):
    changed = apply(image, **part)['img']
    assert changed.dtype == np.uint8
    assert changed.shape == image.shape
    assert (changed != image).any()


def test_grey_stays_grey():
    grey = np.repeat(np.arange(48 * 64, dtype=np.uint8).reshape(48, 64, 1), 3, axis=2)
    np.random.seed(0)
    changed = RandomRadiographAppearance()({'img': grey})['img']
    assert (changed == changed[..., :1]).all()


def test_brightness_shifts_the_mean_by_what_was_drawn(image):
    flat = np.full_like(image, 100)
    np.random.seed(3)
    # gamma, contrast, brightness are drawn in this order from zero or one range.
    np.random.uniform(0, 0), np.random.uniform(0, 0)
    shift = np.random.uniform(-0.2, 0.2)
    changed = apply(flat, brightness=0.2)['img']
    assert changed.mean() == pytest.approx(100 + 255 * shift, abs=0.51)
