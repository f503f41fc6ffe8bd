"""Films: the same for the same seed, with truth that fits the picture."""

import numpy as np
import pytest

from spondylo_mmpose.phantom import make_phantom, make_truth
from spondylo_mmpose.phantom.film import LEVEL_ORIGIN
from spondylo_mmpose.spine import anatomy, measurements


@pytest.fixture(scope='module')
def films():
    return [make_phantom(2, index) for index in range(10)]


def test_the_same_seed_gives_the_same_bytes(films):
    again = make_phantom(2, 3)
    assert np.array_equal(films[3].image, again.image)
    assert np.array_equal(films[3].truth.corners, again.truth.corners)
    assert not np.array_equal(films[3].image, make_phantom(3, 3).image)


def test_picture_is_grey_and_square(films):
    for film in films:
        assert film.image.shape == (640, 640)
        assert film.image.dtype == np.uint8
        assert film.image.std() > 15


def test_bodies_are_denser_than_the_discs_between_them(films):
    """Mean grey value in the middle of bodies against the gaps between them."""
    denser = []
    for film in films:
        # Above L5; below, the wings of the pelvis cover everything.
        spine = film.truth.corners[1:]
        bodies = spine.mean(axis=1)
        discs = (spine[1:, 2:].sum(axis=1) + spine[:-1, :2].sum(axis=1)) / 4
        at = [
            [film.image[int(y), int(x)] for x, y in places]
            for places in (bodies, discs)
        ]
        denser.append(np.mean(at[0]) > np.mean(at[1]))
    assert np.mean(denser) >= 0.8


def test_slip_is_that_of_the_corners(films):
    for film in films:
        truth = film.truth
        expected = measurements.slip_percent(truth.corners, truth.facing)
        assert np.array_equal(truth.slip_percent, expected)
        assert len(truth.slip_percent_mm) == len(truth.corners) - 1


def test_levels_are_known(films):
    assert LEVEL_ORIGIN == 'phantom'
    for film in films:
        assert film.truth.levels[:3] == ('S1', 'L5', 'L4')
        assert len(film.truth.levels) == len(film.truth.corners)


def test_spacing_is_told_only_when_asked_for():
    plain, told = make_truth(2, 0), make_truth(2, 0, with_spacing=True)
    assert plain.pixel_spacing_mm is None
    assert np.array_equal(plain.corners, told.corners)
    width, height = told.original_size
    # One scanner pixel is square: the film's stretch is all that makes x and y differ.
    assert told.pixel_spacing_mm[0] / width == pytest.approx(
        told.pixel_spacing_mm[1] / height
    )
    lengths = measurements.end_plate_lengths(told.corners, told.pixel_spacing_mm)
    # Lumbar end plates, magnified on the detector: 30 to 46 mm.
    assert 28 < np.median(lengths[1:, 0]) < 48


def test_facing_shows_in_the_corners():
    right = [t for t in (make_truth(4, i) for i in range(40)) if t.facing == 'right']
    assert right
    wrong = [
        t
        for t in right
        if anatomy.infer_facing(t.corners)[0] not in ('right', None)
        and np.abs(t.slip_percent_mm).max() < 25
    ]
    assert len(wrong) <= 1


def test_negative_seed_is_refused():
    with pytest.raises(ValueError, match='negative'):
        make_phantom(-1, 0)
