import cv2
import numpy as np
import pytest

from spondylo_mmpose.audit.duplicates import compare, find_repeats
from spondylo_mmpose.audit.fingerprints import fingerprint
from spondylo_mmpose.benchmarks.repeats import changed
from spondylo_mmpose.phantom import make_phantom


@pytest.fixture(scope='module')
def films():
    return [make_phantom(seed=11, index=i).image for i in range(8)]


def test_different_films_are_not_taken_for_one(films):
    assert find_repeats([fingerprint(film) for film in films]) == []


@pytest.mark.parametrize(
    'change',
    [
        {},
        {'mirrored': True},
        {'shift': 0.01},
        {'degrees': 2, 'shift': 0.01},
        {'mirrored': True, 'degrees': -2, 'scale': 1.02},
    ],
    ids=['saved again', 'mirrored', 'shifted', 'turned', 'mirrored and turned'],
)
def test_export_of_a_film_is_found_among_others(films, change):
    marks = [fingerprint(film) for film in [*films, changed(films[3], **change)]]
    (repeat,) = find_repeats(marks)
    assert (repeat.first, repeat.second) == (3, 8)
    assert repeat.mirrored == change.get('mirrored', False)
    assert repeat.agreement > 0.9


def test_film_scaled_to_another_size_is_found(films):
    small = cv2.resize(films[2], (400, 500), interpolation=cv2.INTER_AREA)
    (repeat,) = find_repeats([fingerprint(films[2]), fingerprint(small)])
    assert repeat.agreement > 0.9


def test_second_list_counts_from_its_own_start(films):
    marks = [fingerprint(film) for film in films]
    (repeat,) = find_repeats(marks[:4], [marks[7], marks[2]])
    assert (repeat.first, repeat.second, repeat.agreement) == (2, 1, 1.0)


def test_empty_film_agrees_with_nothing_but_itself(films):
    black = fingerprint(np.zeros((64, 64), np.uint8))
    assert compare(black, black) == 1.0
    assert compare(black, fingerprint(films[0])) == 0.0
    assert find_repeats([]) == []
