"""The picture of traits."""

import cv2
import numpy as np
import pytest

from spondylo_mmpose.benchmarks.trait_picture import TILE, crop, draw_picture


def test_a_crop_is_centred_and_twice_as_wide():
    image = np.zeros((200, 200), np.uint8)
    image[90:110, 80:120] = 200
    corners = np.array([[80, 90], [120, 90], [80, 110], [120, 110]], float)
    tile = crop(image, corners)
    rows, columns = np.nonzero(tile > 100)
    assert np.mean(columns) == pytest.approx(TILE / 2, abs=1)
    assert np.mean(rows) == pytest.approx(TILE / 2, abs=1)
    assert np.ptp(columns) == pytest.approx(TILE / 2, abs=3)


def test_a_row_for_each_set(tmp_path):
    path = tmp_path / 'traits.jpg'
    draw_picture(path, ['plain', 'mottle'], [3])
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    assert picture.shape == (2 * TILE, 2 * TILE)
    assert (picture[:TILE] != picture[TILE:]).mean() > 0.3
