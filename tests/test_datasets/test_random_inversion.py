import numpy as np
import pytest

from spondylo_mmpose.datasets import RandomInversion

IMAGE = np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8)


def test_black_becomes_white_and_twice_is_nothing():
    invert = RandomInversion(probability=1)
    once = invert({'img': IMAGE, 'keypoints': 'kept'})
    assert once['keypoints'] == 'kept'
    assert once['img'].dtype == np.uint8
    assert (once['img'].astype(int) + IMAGE == 255).all()
    assert (invert(once)['img'] == IMAGE).all()


def test_share_of_the_samples():
    np.random.seed(0)
    some = RandomInversion(probability=0.2)
    inverted = [(some({'img': IMAGE})['img'] != IMAGE).any() for _ in range(500)]
    assert np.mean(inverted) == pytest.approx(0.2, abs=0.05)
    assert RandomInversion(probability=0)({'img': IMAGE})['img'] is IMAGE


def test_arguments_out_of_range():
    with pytest.raises(ValueError, match='probability'):
        RandomInversion(probability=1.2)
