"""What pictures show is judged by eye; here, that none of them needs any data."""

import cv2
import numpy as np
import pytest

from spondylo_mmpose.statistics import pictures, slip_pictures
from spondylo_mmpose.statistics.film_measures import measure_film
from tests.test_statistics.helpers import L5, NAN, S1, film

FRONTAL = [film(view='ap')]
ONE_VERTEBRA = [film(corners=[L5], levels=[None], orders=None)]
HALF = [film(corners=[[*S1[:2], NAN, NAN]], age=0)]


@pytest.mark.parametrize('films', [FRONTAL, ONE_VERTEBRA, HALF])
@pytest.mark.parametrize(
    'draw',
    [
        pictures.draw_counts,
        pictures.draw_ages,
        pictures.draw_sizes,
        pictures.draw_positions,
        lambda films, path: slip_pictures.draw_slips(films, path, 5.0),
        lambda films, path: slip_pictures.draw_grades(films, path, 5.0),
    ],
)
def test_little_data_is_drawn_without_a_warning(films, draw, tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, 'DPI', 30)
    with np.errstate(divide='raise', invalid='raise'):
        draw([measure_film(one) for one in films], tmp_path / 'a.png')
    assert cv2.imread(str(tmp_path / 'a.png')).std() > 1


def test_no_pixels_read(tmp_path):
    pictures.draw_grey_values({'buu': np.zeros(256, np.int64)}, tmp_path / 'a.png')
    assert (tmp_path / 'a.png').is_file()
