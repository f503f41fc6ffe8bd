"""The picture of changes."""

import cv2

from spondylo_mmpose.benchmarks.change_picture import (
    COLUMNS,
    TILE,
    TITLE_PX,
    draw_changes,
)
from spondylo_mmpose.benchmarks.film_changes import CHANGES


def test_a_tile_for_each_change(tmp_path):
    path = tmp_path / 'changes.jpg'
    draw_changes(path)
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    rows = -(-len(CHANGES) // COLUMNS)
    assert picture.shape == (rows * (TITLE_PX + TILE), COLUMNS * TILE)
    places = list(CHANGES)

    def tile(name):
        row, column = divmod(places.index(name), COLUMNS)
        top = row * (TITLE_PX + TILE) + TITLE_PX
        return picture[top : top + TILE, column * TILE : (column + 1) * TILE]

    assert tile('white border, 35 %')[:20].mean() > 240
    assert tile('black border, 35 %')[:20].mean() < 15
    assert tile('inverted').mean() > 255 - tile('as it is').mean() - 5
    # Grey beside a film that is not as wide as high.
    assert abs(tile('0.6 times as wide')[:, :20].mean() - 128) < 3
