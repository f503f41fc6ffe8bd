"""Label files of each format, by hand."""

import csv

import numpy as np
import pytest
import yaml

from spondylo_mmpose.converters.coco import DatasetInfo, Film
from spondylo_mmpose.exporters import csv_table, labelme, mendeley, yolo_pose
from spondylo_mmpose.exporters.base import PlacedFilm
from spondylo_mmpose.exporters.registry import EXPORTERS

# Superior left, superior right, inferior left, inferior right.
S1 = [[12, 60], [50, 62.5], [np.nan] * 2, [np.nan] * 2]
L5 = [[10, 20], [50, 22], [8, 40], [52, 44]]
INFO = DatasetInfo('made by hand')


@pytest.fixture
def film():
    return Film(
        'train/a,"b".png',
        100,
        200,
        'train',
        np.array([S1, L5], float),
        levels=['S1', None],
        level_origin='file',
        orders=[0, 2],
        age=7,
        pixel_spacing_mm=(0.25, 0.5),
        vertebra_extra=[{}, {'reader': 'A'}],
    )


@pytest.fixture
def placed(film):
    return PlacedFilm(film, 'a,"b".png', 'images/train/a,"b".png')


def test_mendeley(film):
    label = mendeley.label_of(film)
    # From the top; inferior left, inferior right, superior left, superior right.
    assert label['keypoints'] == [
        [[8, 40, 1], [52, 44, 1], [10, 20, 1], [50, 22, 1]],
        [[0, 0, 0], [0, 0, 0], [12, 60, 1], [50, 62.5, 1]],
    ]
    assert label['labels'] == [0, 0]
    assert label['boxes'][0] == [8, 20, 52, 44]
    x1, y1, x2, y2 = label['boxes'][1]
    # Half an S1 gets room for its body below the end plate.
    assert 0 <= x1 <= 12 < 50 <= x2 <= 100
    assert y1 == 60
    assert 80 < y2 <= 200


def test_yolo_pose(film):
    lines = yolo_pose.label_of(film).splitlines()
    assert len(lines) == 2
    # Box 8..52 x 20..44 of 100 x 200 px.
    assert lines[0].split() == [
        *('0', '0.30000000', '0.16000000', '0.44000000', '0.12000000'),
        *('0.10000000', '0.10000000', '2', '0.50000000', '0.11000000', '2'),
        *('0.08000000', '0.20000000', '2', '0.52000000', '0.22000000', '2'),
    ]
    assert lines[1].split()[5:] == [
        *('0.12000000', '0.30000000', '2', '0.50000000', '0.31250000', '2'),
        *('0', '0', '0', '0', '0', '0'),
    ]


def test_yolo_settings(tmp_path, placed):
    EXPORTERS['yolo-pose'].write(tmp_path, [placed], INFO)
    assert yaml.safe_load((tmp_path / 'data.yaml').read_text()) == {
        'train': 'images/train',
        'kpt_shape': [4, 3],
        'flip_idx': [1, 0, 3, 2],
        'names': {0: 'vertebra'},
        'kpt_names': {
            0: [
                *('superior_left', 'superior_right'),
                *('inferior_left', 'inferior_right'),
            ]
        },
    }
    assert (tmp_path / 'labels/train/a,"b".txt').is_file()


def test_yolo_tells_what_trainers_take_amiss(film):
    bare = Film('test/t.png', 9, 9, 'test')
    assert EXPORTERS['yolo-pose'].losses([film, bare])[-2:] == [
        '1 films without labels have no label file; a trainer takes such films for '
        'empty ones',
        'no films in val; trainers need both',
    ]


def test_labelme(film):
    label = labelme.label_of(film, 'a.png')
    assert label.keys() >= {'version', 'flags', 'imageData'}
    assert (label['imagePath'], label['imageData']) == ('a.png', None)
    assert (label['imageWidth'], label['imageHeight']) == (100, 200)
    assert label['film']['pixel_spacing_mm'] == (0.25, 0.5)
    left, right, polygon = label['shapes']
    assert polygon == {
        'label': 'vertebra',
        # Around the quad, so that its sides do not cross.
        'points': [[10, 20], [50, 22], [52, 44], [8, 40]],
        'shape_type': 'polygon',
        'description': '',
        'group_id': 2,
        'flags': {},
        'vertebra': {'level_origin': 'file', 'reader': 'A'},
    }
    assert (left['label'], right['label']) == ('superior_left', 'superior_right')
    assert (left['points'], right['points']) == ([[12, 60]], [[50, 62.5]])
    for point in (left, right):
        assert (point['shape_type'], point['group_id']) == ('point', 0)
        assert point['description'] == 'S1'


def test_csv(tmp_path, placed):
    bare = PlacedFilm(Film('test/t.png', 9, 8, 'test'), 't.png', 'images/test/t.png')
    EXPORTERS['csv'].write(tmp_path, [placed, bare], INFO)
    content = (tmp_path / 'vertebrae.csv').read_bytes()
    lines = content.split(b'\r\n')
    assert len(lines) == 5
    assert lines[-1] == b''
    assert b'\n' not in content.replace(b'\r\n', b'')
    assert lines[1].decode() == (
        '"train/a,""b"".png",train,100,200,,,,,7,,0.25,0.5,,,,0,S1,file,'
        '12.0,60.0,2,50.0,62.5,2,,,0,,,0'
    )
    assert lines[3].decode() == 'test/t.png,test,9,8' + 26 * ','
    header = next(csv.reader([lines[0].decode()]))
    assert tuple(header) == csv_table.COLUMNS
    assert len(header) == 30


def test_losses_of_a_table_and_of_labelme(film):
    bare = Film('test/t.png', 9, 9, 'test')
    assert EXPORTERS['csv'].losses([film, bare]) == [
        'not stored by this format: reader'
    ]
    assert EXPORTERS['labelme'].losses([film, bare]) == [
        'facts of 1 films without labels are not stored'
    ]
    assert EXPORTERS['coco'].losses([film, bare]) == []


def test_mendeley_tells_of_films_that_its_layout_does_not_foresee(film):
    bare = Film('val/t.png', 9, 9, 'val')
    assert (
        'without labels stand in train or val'
        in (EXPORTERS['mendeley'].losses([film, bare])[-1])
    )
