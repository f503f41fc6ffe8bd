"""Pictures to try a screen on."""

import numpy as np
import pytest

from spondylo_mmpose.benchmarks.film_sets import SEED, SIDE, made_sets
from spondylo_mmpose.phantom.film import make_phantom

SETS = {one.name: one for one in made_sets()}


@pytest.fixture(scope='module')
def film():
    return make_phantom(SEED, 160, all_levels=True)


@pytest.mark.parametrize('name', SETS)
def test_pictures_are_made_by_number_alone(name):
    one = SETS[name]
    picture, again = (one.make(one.numbers[0]) for _ in range(2))
    assert picture.dtype == np.uint8
    assert picture.ndim == 2
    assert max(picture.shape) == SIDE
    np.testing.assert_array_equal(picture, again)


def test_right_films_are_not_those_that_are_turned():
    right = {'phantoms', 'through tissue, haze, grain', 'zoomed, stretched, turned 8°',
             'inverted'}  # fmt: skip
    assert {name for name, one in SETS.items() if one.right} == right


def test_below_the_sacrum_no_vertebra_is_whole(film):
    picture = SETS['below the sacrum'].make(160)
    top = SIDE - len(picture)
    corners = film.truth.corners
    assert (corners[..., 1].min(1) < top).all()
    np.testing.assert_array_equal(picture, film.image[top:])


def test_beside_the_spine_there_is_none(film):
    picture = SETS['beside the spine'].make(160)
    x = film.truth.corners[..., 0]
    if (picture == film.image[:, : picture.shape[1]]).all():
        assert picture.shape[1] <= x.min()
    else:
        np.testing.assert_array_equal(picture, film.image[:, -picture.shape[1] :])
        assert SIDE - picture.shape[1] >= int(x.max())


def test_upside_down_is_half_a_turn():
    film = make_phantom(SEED, 100, all_levels=True).image
    np.testing.assert_array_equal(SETS['upside down'].make(100), np.rot90(film, 2))


def test_tiles_are_those_of_one_film():
    film = make_phantom(SEED, 0, all_levels=True).image
    mosaic = SETS['four in one, shuffled tiles'].make(0)
    assert not np.array_equal(mosaic, film)
    np.testing.assert_array_equal(np.sort(mosaic, None), np.sort(film, None))
