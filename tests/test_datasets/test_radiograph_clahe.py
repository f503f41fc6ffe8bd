import cv2
import numpy as np
import pytest
from mmpose.registry import TRANSFORMS

from spondylo_mmpose.datasets import RadiographCLAHE

GREY = np.random.default_rng(0).integers(90, 130, (64, 80), np.uint8)
FILM = np.repeat(GREY[..., None], 3, -1)


def test_it_is_clahe_in_three_equal_channels():
    given = FILM.copy()
    clahe = TRANSFORMS.build(
        {'type': 'RadiographCLAHE', 'clip_limit': 3.0, 'tile_grid_size': (4, 4)}
    )
    image = clahe({'img': given})['img']
    expected = cv2.createCLAHE(3.0, (4, 4)).apply(GREY)
    assert (image == expected[..., None]).all()
    assert image.shape == FILM.shape
    assert image.dtype == np.uint8
    assert image.std() > 2 * FILM.std()
    assert (given == FILM).all()


def test_share_of_the_samples():
    np.random.seed(0)
    half = RadiographCLAHE(probability=0.5)
    changed = sum((half({'img': FILM})['img'] != FILM).any() for _ in range(200))
    assert 70 < changed < 130
    never = RadiographCLAHE(probability=0)
    assert never({'img': FILM})['img'] is FILM


@pytest.mark.parametrize(
    'arguments',
    [
        {'probability': 1.2},
        {'probability': -0.1},
        {'clip_limit': 0},
        {'tile_grid_size': (0, 8)},
        {'tile_grid_size': (8,)},
    ],
)
def test_arguments_out_of_range(arguments):
    with pytest.raises(ValueError, match=next(iter(arguments))):
        RadiographCLAHE(**arguments)
