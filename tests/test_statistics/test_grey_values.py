import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.statistics import grey_values
from tests.test_statistics.helpers import film


def test_two_tiny_films():
    a = grey_values.grey_histogram(np.array([[0, 10]], np.uint8))
    b = grey_values.grey_histogram(np.array([[20, 20, 50]], np.uint8))
    # 0 + 10 + 20 + 20 + 50 = 100; squares 0 + 100 + 400 + 400 + 2500 = 3400.
    mean, std = grey_values.mean_and_std(grey_values.pool([a, None, b]))
    assert mean == 20.0
    assert std == pytest.approx(280**0.5, rel=1e-15)
    described = grey_values.describe_histogram(a + b)
    assert described == {
        'pixels': 5, 'mean': 20.0, 'std': std, 'min': 0, 'p25': 10, 'median': 20,
        'p75': 20, 'max': 50,
    }  # fmt: skip


def test_nothing_read_is_not_zero():
    mean, std = grey_values.mean_and_std(grey_values.pool([None]))
    assert np.isnan([mean, std]).all()


images = hnp.arrays(np.uint8, hnp.array_shapes(min_dims=2, max_dims=2, max_side=12))


@given(st.lists(images, min_size=1, max_size=5))
def test_pooled_like_all_pixels_at_once(films):
    histograms = [grey_values.grey_histogram(film) for film in films]
    pixels = np.concatenate([film.ravel() for film in films]).astype(float)
    mean, std = grey_values.mean_and_std(grey_values.pool(histograms))
    assert mean == pytest.approx(pixels.mean(), abs=1e-9)
    assert std == pytest.approx(pixels.std(), abs=1e-6)
    assert grey_values.mean_and_std(grey_values.pool(histograms[::-1])) == (mean, std)


def test_films_are_read_in_order_and_a_faulty_one_is_named(tmp_path):
    films = []
    for i in range(5):
        cv2.imwrite(str(tmp_path / f'{i}.png'), np.full((4, 3), 10 * i, np.uint8))
        films.append(film(f'{i}.png', size=(3, 4)))
    read = list(grey_values.iterate_histograms(tmp_path, films, workers=3))
    assert [int(h.argmax()) for h in read] == [0, 10, 20, 30, 40]
    assert all(h.sum() == 12 for h in read)

    png = tmp_path / '3.png'
    png.write_bytes(png.read_bytes()[:40])
    with pytest.raises(SpondyloError, match=r'3\.png: .'):
        list(grey_values.iterate_histograms(tmp_path, films, workers=3))
    png.unlink()
    with pytest.raises(SpondyloError, match=r'3\.png: the film is missing'):
        list(grey_values.iterate_histograms(tmp_path, films, workers=3))
    cv2.imwrite(str(png), np.zeros((4, 4), np.uint8))
    with pytest.raises(SpondyloError, match='is 4 x 4 px, its entry says 3 x 4'):
        list(grey_values.iterate_histograms(tmp_path, films, workers=3))


def test_choice_of_films():
    films = [film(f'{i}.png') for i in range(20)]
    assert grey_values.choose_films(films, None, 0) == list(range(20))
    assert grey_values.choose_films(films, 99, 0) == list(range(20))
    chosen = grey_values.choose_films(films, 6, 1)
    assert len(set(chosen)) == 6
    assert chosen == sorted(chosen) == grey_values.choose_films(films, 6, 1)
    assert chosen != grey_values.choose_films(films, 6, 2)
