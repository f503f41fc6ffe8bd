import cv2
import numpy as np
import pytest

from spondylo_mmpose.presentation.contact_sheet import (
    GAP,
    Tile,
    contact_sheet,
    fit,
    write_image,
)


def plain(width, height, grey):
    return np.full((height, width), grey, np.uint8)


def test_columns_are_as_wide_as_their_widest_tile():
    rows = [
        [Tile(plain(20, 10, 1)), Tile(plain(30, 15, 2))],
        [Tile(plain(40, 5, 3))],
    ]
    sheet = contact_sheet(rows)
    assert sheet.shape == (15 + 5 + 3 * GAP, 40 + 30 + 3 * GAP, 3)
    assert sheet[GAP, GAP].tolist() == [1, 1, 1]
    assert sheet[GAP, GAP + 20].tolist() == [255, 255, 255]
    assert sheet[GAP, 2 * GAP + 40].tolist() == [2, 2, 2]
    assert sheet[2 * GAP + 15, GAP + 39].tolist() == [3, 3, 3]


def test_captions_stand_below_and_leave_the_picture_alone():
    bare = contact_sheet([[Tile(plain(80, 20, 9))]])
    sheet = contact_sheet([[Tile(plain(80, 20, 9), ['L5', 'and more'])]])
    assert (sheet[: GAP + 20] == bare[: GAP + 20]).all()
    caption = sheet[GAP + 20 :]
    assert caption.min() < 80  # ink
    assert sheet.shape[0] > bare.shape[0]


@pytest.mark.parametrize('shape', [(100, 50), (100, 50, 3)])
def test_fit_keeps_the_aspect(shape):
    image, scale = fit(np.full(shape, 7, np.uint8), 40, 40)
    assert image.shape == (40, 20, 3)
    assert scale == 0.4
    assert (image == 7).all()


def test_written_as_png(tmp_path):
    image = np.random.default_rng(0).integers(0, 255, (9, 7, 3), np.uint8)
    path = write_image(tmp_path / 'a.png', image)
    assert (cv2.imread(str(path)) == image).all()
