"""Whether corners are where a change says that it brought them."""

import numpy as np
import pytest

from spondylo_mmpose.benchmarks.film_changes import CHANGES, ChangedFilm

AT = np.array([[110.0, 70], [200, 90], [90, 180], [190, 200]])


def film(dot=None):
    """Waves of grey that leave no two px alike, and a bright dot."""
    y, x = np.mgrid[:320, :300]
    waves = 110 + 40 * np.sin(x / 23.0) * np.cos(y / 31.0)
    if dot is not None:
        waves += 60 * np.exp(-((x - dot[0]) ** 2 + (y - dot[1]) ** 2) / (2 * 6**2))
    return waves.astype(np.uint8)


# What CLAHE does to a dot it does to the tiles around.
@pytest.mark.parametrize('name', [name for name in CHANGES if 'CLAHE' not in name])
def test_a_dot_comes_where_the_matrix_says(name):
    change = CHANGES[name]
    plain = change(film())
    assert plain.pixels.dtype == np.uint8
    for dot in AT:
        shown = change(film(dot))
        assert np.allclose(shown.matrix, plain.matrix)
        told = np.abs(shown.pixels.astype(float) - plain.pixels)
        told[told < 0.4 * told.max()] = 0
        y, x = np.mgrid[: told.shape[0], : told.shape[1]]
        seen = np.array([(told * x).sum(), (told * y).sum()]) / told.sum()
        back = shown.back(np.tile(seen, (1, 4, 1)))[0, 0]
        assert np.linalg.norm(back - dot) < 1.2


def test_a_mirrored_film_gives_its_corners_in_the_usual_order():
    mirrored = CHANGES['mirrored'](film())
    assert (mirrored.pixels[:, 0] == film()[:, -1]).all()
    found = np.array([[[100.0, 50], [180, 52], [101, 90], [181, 92]]])
    expected = [[[119, 52], [199, 50], [118, 92], [198, 90]]]
    assert mirrored.back(found).tolist() == expected
    assert mirrored.there(mirrored.back(found)).tolist() == found.tolist()


def test_perspective_goes_back_too():
    matrix = np.array([[1, 0.1, 5], [0, 1.2, -3], [1e-3, 0, 1]])
    points = AT[None]
    there = np.concatenate([points, np.ones((1, 4, 1))], -1) @ matrix.T
    seen = there[..., :2] / there[..., 2:]
    changed = ChangedFilm(film(), matrix)
    assert np.allclose(changed.back(seen), points)
    assert np.allclose(changed.there(points), seen)


def test_where_px_stay_the_matrix_says_so():
    still = [c(film()) for n, c in CHANGES.items() if 'CLAHE' in n or 'gamma' in n]
    for shown in still:
        assert shown.pixels.shape == film().shape
        assert (shown.matrix == np.eye(3)).all()


def test_nothing_is_left_to_chance():
    for change in CHANGES.values():
        assert (change(film()).pixels == change(film()).pixels).all()


def test_sizes_by_hand():
    sizes = {name: change(film()).pixels.shape for name, change in CHANGES.items()}
    assert sizes['black border, 15 %'] == (320 + 96, 300 + 96)
    assert sizes['black sides, 30 %'] == (320, 300 + 192)
    assert sizes['0.75 times as wide'] == (320, 225)
    assert sizes['0.5 times as large'] == (160, 150)
    # Turned by 20 degrees: 300 cos + 320 sin, 300 sin + 320 cos.
    assert sizes['turned by 20 degrees'] == (403, 391)
