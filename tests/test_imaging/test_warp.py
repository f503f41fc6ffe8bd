import numpy as np
import pytest

from spondylo_mmpose.imaging.warp import film_matrix, to_film, warp_film


def test_a_wide_film_is_centred_and_meets_the_input_at_its_edges():
    # 200 x 100 px onto 50 x 50: a quarter of the size, 12.5 px free above.
    matrix = film_matrix((200, 100), (50, 50))
    edge = np.array([[-0.5, -0.5], [199.5, 99.5]])
    moved = edge @ matrix[:2, :2].T + matrix[:2, 2]
    assert moved == pytest.approx(np.array([[-0.5, 12], [49.5, 37]]))


def test_points_come_back():
    matrix = film_matrix((300, 400), (64, 96), (1.2, 0.9), 0.3, (0.1, -0.05))
    points = np.array([[[0, 0], [299, 12.5]], [[40, 399], [7, 8]]])
    moved = points @ matrix[:2, :2].T + matrix[:2, 2]
    back, side = to_film(moved, matrix[:2])
    assert back == pytest.approx(points)
    fit = 64 / 300
    assert side == pytest.approx(1 / (fit * np.sqrt(1.2 * 0.9)))


def test_a_film_that_shrinks_much_is_averaged():
    """Sampled without, a fine grid would become black or white."""
    film = np.zeros((256, 256, 3), np.uint8)
    film[:, ::2] = 200
    shown = warp_film(film, film_matrix((256, 256), (32, 32)), (32, 32))
    assert shown.shape == (32, 32, 3)
    assert set(shown[4:-4, 4:-4].ravel().tolist()) == {100}


def test_beside_the_film_it_is_black():
    film = np.full((100, 50, 1), 255, np.uint8)
    shown = warp_film(film, film_matrix((50, 100), (100, 100)), (100, 100))
    assert shown[50, [10, 90]].ravel().tolist() == [0, 0]
    assert shown[50, 50] == 255
