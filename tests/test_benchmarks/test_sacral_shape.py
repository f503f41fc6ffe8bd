"""How S1 is labelled, in a table and in phantoms."""

import numpy as np
import pytest

from spondylo_mmpose.benchmarks.sacral_shape import (
    FAMILIES,
    phantom_shapes,
    shape_of_lowest,
    shape_table,
    table_shapes,
)
from spondylo_mmpose.errors import SpondyloError

BOXES = np.array(
    [
        [300, 400, 380, 460],
        [260, 340, 340, 390],
        [250, 280, 330, 320],
        [250, 220, 350, 260],
    ],
    float,
)
MEANS = (BOXES[:, :2] + BOXES[:, 2:]) / 2
HEADER = 'filename,split,box_x1,box_y1,box_x2,box_y2,kp_mean_x,kp_mean_y'


def test_the_shape_by_hand():
    means = MEANS.copy()
    means[0] += [8, 3]
    # 80 x 60 px over 80 x 40; L5 lies to the left of S1, so that is the front.
    assert shape_of_lowest(BOXES, means).tolist() == [1, 1.5, 0.1, 0.05]
    mirrored = BOXES[:, [2, 1, 0, 3]] * [-1, 1, -1, 1] + [640, 0, 640, 0]
    means[:, 0] = 640 - means[:, 0]
    assert shape_of_lowest(mirrored, means).tolist() == [1, 1.5, 0.1, 0.05]


def test_some_have_none():
    assert shape_of_lowest(BOXES[:3], MEANS[:3]) is None
    flat = BOXES.copy()
    flat[2, 3] = flat[2, 1]
    assert shape_of_lowest(flat, MEANS) is None
    cut = BOXES.copy()
    cut[0, 3] = 639
    assert shape_of_lowest(cut, MEANS) is None


def test_the_table_gives_training_films_by_family(tmp_path):
    def rows(name, split):
        # From the top, as files have them.
        return [
            f'{name},{split},' + ','.join(f'{v:g}' for v in (*box, *mean))
            for box, mean in zip(BOXES[::-1], MEANS[::-1], strict=True)
        ]

    lines = [
        HEADER,
        *rows('3209-F-073Y1_jpg.rf.a.json', 'train'),
        *rows('2783-M-046Y1_jpg.rf.b.json', 'val'),
        *rows('3800-M-046Y1_jpg.rf.c.json', 'train'),
        *rows('L4-5-M-40.json', 'train'),
    ]
    path = tmp_path / 'table.csv'
    path.write_text('\n'.join(lines))
    shapes = table_shapes(path)
    assert {name: rows.tolist() for name, rows in shapes.items()} == {
        name: [[1, 1.5, 0, 0]] for name in FAMILIES
    }
    path.write_text('filename,split\na,train\n')
    with pytest.raises(SpondyloError, match='not the per-vertebra table'):
        table_shapes(path)


def test_phantoms_have_shapes_too():
    shapes = phantom_shapes(120, seed=3)
    for rows in shapes.values():
        # A wedge that tapers downward: its corners' mean lies behind the box's centre.
        assert len(rows) > 20
        assert (np.median(rows, axis=0) > [0.8, 0.8, 0.02, 0.01]).all()
    lines = shape_table({'phantoms': shapes}).splitlines()
    number = len(shapes['buu_json'])
    assert lines[2].startswith(f'| buu_json, phantoms | {number} | 1.')
    assert len(lines) == 2 + len(FAMILIES)
    none = shape_table({'films': {name: rows[:0] for name, rows in shapes.items()}})
    assert none.splitlines()[-1] == '| honduran, films | 0 | - | - | - | - |'
