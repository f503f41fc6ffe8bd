import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spondylo_mmpose.datasets.transforms import FilmAffine
from spondylo_mmpose.errors import SpondyloError

WILD = {'rotate': 30, 'zoom': 0.4, 'stretch': 0.4, 'shift': 0.1}


def moved(points, matrix):
    return np.asarray(points, float) @ matrix[:, :2].T + matrix[:, 2]


def film(width, height, *blobs):
    """A dark film with a soft bright blob at each point."""
    y, x = np.mgrid[:height, :width].astype(np.float64)
    image = np.zeros((height, width))
    for cx, cy, sigma in blobs:
        image += 250 * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * sigma**2))
    grey = image.clip(0, 255).astype(np.uint8)
    return {'img': cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)}


def centroid(image):
    weights = image[..., 0].astype(np.float64)
    y, x = np.mgrid[: image.shape[0], : image.shape[1]]
    return np.array([(weights * x).sum(), (weights * y).sum()]) / weights.sum()


def test_letterbox_by_hand():
    # 200 x 400 px into 64 x 64: scale 0.16, a strip of 32 px in the middle.
    results = FilmAffine((64, 64)).transform(film(200, 400))
    assert results['img'].shape == (64, 64, 3)
    assert results['img_shape'] == (64, 64)
    edges = [(-0.5, -0.5), (199.5, 399.5)]
    np.testing.assert_allclose(
        moved(edges, results['warp_mat']), [(15.5, -0.5), (47.5, 63.5)], atol=1e-9
    )


def test_a_film_of_the_inputs_size_stays_as_it_is():
    before = film(64, 48, (20, 30, 3))
    image = before['img'].copy()
    results = FilmAffine((64, 48)).transform(before)
    np.testing.assert_array_equal(results['img'], image)
    np.testing.assert_allclose(results['warp_mat'], [[1, 0, 0], [0, 1, 0]], atol=1e-12)


@given(
    st.integers(16, 90), st.integers(16, 90), st.integers(16, 80), st.integers(16, 80)
)
def test_mmposes_form_says_the_same(width, height, target_width, target_height):
    results = FilmAffine((target_width, target_height)).transform(film(width, height))
    points = np.array([[0, 0], [width - 1, height - 1], [3.5, 7.25]])
    there = moved(points, results['warp_mat'])
    scale, centre = results['input_scale'], results['input_center']
    back = there / results['input_size'] * scale + centre - 0.5 * scale
    np.testing.assert_allclose(back, points, atol=1e-3)


@pytest.mark.parametrize('seed', range(8))
@pytest.mark.parametrize('size', [(96, 96), (260, 390)])
def test_the_picture_goes_where_the_matrix_says(size, seed):
    """Corners move with the picture, averaged or not, at any draw."""
    np.random.seed(seed)
    width, height = size
    point = np.array([0.55 * width, 0.45 * height]).round()
    results = FilmAffine((96, 96), **WILD).transform(
        film(width, height, (*point, 0.025 * width))
    )
    there = moved(point, results['warp_mat'])
    np.testing.assert_allclose(centroid(results['img']), there, atol=0.15)
    assert 'input_scale' not in results


def test_averaging_keeps_fine_noise_from_aliasing():
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (512, 512, 1)).repeat(3, -1).astype(np.uint8)
    small = FilmAffine((64, 64)).transform({'img': noise})['img']
    # Means of 64 independent pixels: a standard deviation of 74 / 8, not 74.
    assert small.astype(float).std() < 12


def test_ranges_and_repr():
    assert 'zoom=0.4' in repr(FilmAffine((64, 64), **WILD))
    with pytest.raises(SpondyloError, match='FilmAffine'):
        FilmAffine((64, 64), rotate=-1)
    with pytest.raises(SpondyloError, match='FilmAffine'):
        FilmAffine((0, 64))


def test_draws_stay_in_their_ranges():
    np.random.seed(1)
    affine = FilmAffine((64, 64), rotate=10, zoom=0.2, stretch=0.3, shift=0.1)
    for _ in range(50):
        matrix = affine.transform(film(64, 64))['warp_mat']
        sides = np.linalg.norm(matrix[:, :2], axis=0)
        angle = np.degrees(np.arctan2(matrix[1, 0], matrix[0, 0]))
        assert abs(angle) <= 10
        assert abs(np.log(sides.prod()) / 2) <= 0.2 + 1e-9
        assert abs(np.log(sides[0] / sides[1])) <= 0.3 + 1e-9
        centre = moved([31.5, 31.5], matrix) - 31.5
        assert (abs(centre) <= 6.4 + 1e-9).all()
