import pytest

from spondylo_mmpose.phantom.film import make_phantom
from spondylo_mmpose.spine.anatomy import hull_boxes


@pytest.fixture(scope='session')
def phantom_films():
    """Films of several sizes and shapes, and the true boxes on them."""
    # Under random weights a map of phantom 1 has a top so flat that rounding moves it.
    phantoms = [make_phantom(4, index) for index in (0, 2)]
    films = [phantoms[0].image, phantoms[1].image[40:560, 60:].copy()]
    boxes = [hull_boxes(one.truth.corners) for one in phantoms]
    boxes[1] -= [60, 40, 60, 40]
    return films, boxes
