import json

import numpy as np
import pytest

from spondylo_mmpose import __version__
from spondylo_mmpose.converters.coco import (
    CC_BY_4,
    DatasetInfo,
    Film,
    coco_dataset,
    write_coco,
)

INFO = DatasetInfo('made by hand', licence=CC_BY_4, source_digests={'b': '2', 'a': '1'})
# Superior left, superior right, inferior left, inferior right.
UPPER = [[10, 20], [50, 22], [8, 40], [52, 44]]
LOWER = [[12, 60], [50, 62], [10, 90], [48, 92]]


def film(name='train/b.jpg', corners=(LOWER, UPPER), **more):
    return Film(name, 100, 120, 'train', np.array(corners, float), **more)


def test_annotation_of_each_vertebra():
    data = coco_dataset([film()], INFO)
    lower, upper = data['annotations']
    assert upper == {
        'id': 2,
        'image_id': 1,
        'category_id': 1,
        'keypoints': [10, 20, 2, 50, 22, 2, 8, 40, 2, 52, 44, 2],
        'num_keypoints': 4,
        'bbox': [8, 20, 44, 24],
        # Shoelace around (10,20) (50,22) (52,44) (8,40):
        # (-780 + 1056 + 1728 - 240) / 2.
        'area': 882.0,
        'iscrowd': 0,
        'level': 'L5',
        'level_origin': 'assumed_lowest_is_S1',
        'order': 1,
    }
    assert (lower['level'], lower['order'], lower['id']) == ('S1', 0, 1)


def test_image_holds_the_whole_contract():
    (image,) = coco_dataset(
        [
            film(
                patient_id='7',
                group='g',
                source='buu',
                sex='F',
                age=40,
                view='lateral',
                pixel_spacing_mm=(0.5, 0.7),
                pixel_spacing_origin='table:x.csv',
                original_size=(1200, 2400),
                extra={'named_levels': ['L4-L5']},
            )
        ],
        INFO,
    )['images']
    assert image == {
        'id': 1,
        'file_name': 'train/b.jpg',
        'width': 100,
        'height': 120,
        'license': 1,
        'patient_id': '7',
        'group': 'g',
        'source': 'buu',
        'split': 'train',
        'sex': 'F',
        'age': 40,
        'pixel_spacing_mm': [0.5, 0.7],
        'pixel_spacing_origin': 'table:x.csv',
        'pixel_spacing_estimate': None,
        'original_size': [1200, 2400],
        'view': 'lateral',
        'named_levels': ['L4-L5'],
    }


def test_category_and_info():
    data = coco_dataset([], INFO)
    (category,) = data['categories']
    assert category['keypoints'] == [
        'superior_left',
        'superior_right',
        'inferior_left',
        'inferior_right',
    ]
    assert category['skeleton'] == [[1, 2], [2, 4], [4, 3], [3, 1]]
    assert (category['id'], category['name']) == (1, 'vertebra')
    assert data['info']['tool_version'] == __version__
    assert list(data['info']['source_digests']) == ['a', 'b']
    assert data['licenses'][0]['name'] == 'CC BY 4.0'


def test_corner_without_label_is_zero_and_not_counted():
    missing = np.array(UPPER, float)
    missing[3] = np.nan
    (entry,) = coco_dataset([film(corners=[missing])], INFO)['annotations']
    assert entry['keypoints'] == [10, 20, 2, 50, 22, 2, 8, 40, 2, 0, 0, 0]
    assert entry['num_keypoints'] == 3
    # The fourth corner of the parallelogram would be (48, 42).
    assert entry['bbox'] == [8, 20, 42, 22]
    assert entry['area'] == 924.0


def test_gap_in_the_orders_is_kept():
    data = coco_dataset([film(orders=[0, 2], levels=['S1', 'L4'])], INFO)
    assert [(a['order'], a['level']) for a in data['annotations']] == [
        (0, 'S1'),
        (2, 'L4'),
    ]


def test_ids_follow_file_names_not_the_order_given():
    films = [film('train/b.jpg'), film('train/a.jpg')]
    data = coco_dataset(films, INFO)
    assert [i['file_name'] for i in data['images']] == ['train/a.jpg', 'train/b.jpg']
    assert [a['image_id'] for a in data['annotations']] == [1, 1, 2, 2]
    assert data == coco_dataset(films[::-1], INFO)


@pytest.mark.parametrize(
    ('films', 'message'),
    [
        ([film(corners=(UPPER, LOWER))], 'not sorted upward'),
        ([film(), film()], 'stands twice'),
        ([film(levels=['S1'])], 'one order, level'),
        ([film(orders=[1, 1])], 'do not rise'),
        ([film(corners=[np.full((4, 2), np.nan)])], 'fewer than two corners'),
    ],
)
def test_malformed_film_is_refused(films, message):
    with pytest.raises(ValueError, match=message):
        coco_dataset(films, INFO)


def test_write_one_file_per_split_that_pycocotools_loads(tmp_path):
    coco = pytest.importorskip('pycocotools.coco')
    empty = Film('test/t.jpg', 30, 40, 'test')
    written = write_coco(tmp_path, [film(), empty], INFO)
    assert sorted(written) == ['test', 'train']
    assert not (tmp_path / 'annotations' / 'val.json').exists()

    train = coco.COCO(str(written['train']))
    assert train.getCatIds(catNms=['vertebra']) == [1]
    (box,) = [a['bbox'] for a in train.loadAnns(train.getAnnIds(areaRng=[0, 900]))]
    assert box == [8, 20, 44, 24]
    assert json.loads(written['test'].read_text())['annotations'] == []


def test_unknown_split_is_refused(tmp_path):
    with pytest.raises(ValueError, match='split'):
        write_coco(tmp_path, [Film('x/a.jpg', 3, 4, 'x')], INFO)
    assert list(tmp_path.iterdir()) == []
