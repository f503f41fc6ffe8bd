import numpy as np
import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.imaging.channels import three_channels


def test_grey_films_get_three_equal_channels():
    film = np.arange(12, dtype=np.uint8).reshape(3, 4)
    for given in (film, film[..., None]):
        shown = three_channels(given)
        assert shown.shape == (3, 4, 3)
        assert all(np.array_equal(shown[..., i], film) for i in range(3))


def test_colour_of_eight_bits_stays():
    film = np.random.default_rng(0).integers(0, 255, (3, 4, 3)).astype(np.uint8)
    assert three_channels(film) is film


@pytest.mark.parametrize('shape', [(4,), (2, 3, 4), (0, 5), (2, 3, 3, 1)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(SpondyloError, match='is no film'):
        three_channels(np.zeros(shape))
