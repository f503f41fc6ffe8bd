import base64

import numpy as np
import pytest

from spondylo_mmpose.converters.archive import open_source
from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.converters.conversion import convert
from spondylo_mmpose.converters.conversion_report import ConversionReport
from spondylo_mmpose.converters.registry import FORMATS, detect
from spondylo_mmpose.exporters.labelme import label_of
from spondylo_mmpose.spine.anatomy import AROUND

from ..helpers import jpeg, load, make_spine, write_tree
from .helpers import Memory, dump, read

SPINE = make_spine(4)
LEVELS = ['S1', 'L5', 'L4', 'L3']


def polygon(points, label='vertebra', **more):
    """A shape as labelme writes it."""
    return {
        'label': label,
        'points': np.asarray(points).tolist(),
        'group_id': None,
        'description': '',
        'shape_type': 'polygon',
        'flags': {},
        'mask': None,
        **more,
    }


def label(shapes, **more):
    return {
        'version': '5.5.0',
        'flags': {},
        'shapes': shapes,
        'imagePath': 'film.jpg',
        'imageData': None,
        'imageHeight': 640,
        'imageWidth': 640,
        **more,
    }


def polygons(levels=LEVELS):
    return [polygon(q[AROUND], n) for q, n in zip(SPINE, levels, strict=True)]


def read_one(shapes, **more):
    files = {'film.jpg': jpeg(), 'film.json': dump(label(shapes, **more))}
    films, report = read('labelme', files)
    return films.get('train/film'), report.counts()


def test_polygons_with_levels():
    one, faults = read_one(polygons())
    np.testing.assert_array_equal(one.film.corners, SPINE)
    assert one.film.levels == LEVELS
    assert one.film.level_origin == 'file'
    assert one.encoding == 'TL-TR-BR-BL'
    assert faults == {}


def test_a_level_that_is_missing_leaves_a_gap():
    one, faults = read_one([p for p in polygons() if p['label'] != 'L5'])
    assert (one.film.orders, one.film.levels) == ([0, 2, 3], ['S1', 'L4', 'L3'])
    assert faults == {}


def test_levels_against_their_places():
    one, faults = read_one(polygons(['S1', 'L4', 'L5', 'L3']))
    assert one.film.levels == [None] * 4
    assert faults == {'levels_disagree': 1}


def test_without_levels_they_are_counted_from_the_lowest():
    one, _ = read_one([polygon(q[AROUND], 'spine body') for q in SPINE])
    assert one.film.levels == LEVELS
    assert one.film.level_origin == 'assumed_lowest_is_S1'
    assert one.film.vertebra_extra[0] == {'label': 'spine body'}


@pytest.mark.parametrize('number', [3, 5, 6])
def test_polygon_of_another_number_of_points(number):
    shapes = polygons()
    shapes[2]['points'] = [[300 + 20 * i, 400 + 3 * i * i] for i in range(number)]
    films, report = read(
        'labelme', {'film.jpg': jpeg(), 'film.json': dump(label(shapes))}
    )
    assert films['train/film'].film.levels == ['S1', 'L5', 'L3']
    assert films['train/film'].film.orders == [0, 1, 3]
    (item,) = report.items.pop('corner_missing')
    assert (item['label'], item['points']) == ('L4', number)
    assert report.items == {}


def test_polygon_that_is_closed_by_its_first_point():
    shapes = polygons()
    shapes[0]['points'].append(shapes[0]['points'][0])
    one, faults = read_one(shapes)
    np.testing.assert_array_equal(one.film.corners, SPINE)
    assert faults == {}


def test_other_shapes_are_told():
    discs = [polygon(SPINE[0][AROUND], 'L5/S1'), polygon(SPINE[0][AROUND], 'disc')]
    box = polygon([[1, 1], [9, 9]], 'L5', shape_type='rectangle')
    one, faults = read_one([*polygons(), *discs, box])
    assert len(one.film.corners) == 4
    assert faults == {'shape_unused': 3}


def points(names, level='', group=None, quad=SPINE[0]):
    return [
        polygon([p], f'{level} {name}'.strip(), shape_type='point', group_id=group)
        for p, name in zip(quad, names, strict=True)
    ]


@pytest.mark.parametrize(
    'names',
    [
        ('superior_left', 'superior_right', 'inferior_left', 'inferior_right'),
        ('TL', 'TR', 'BL', 'BR'),
        ('UL', 'UR', 'LL', 'LR'),
        ('upperLeft', 'upperRight', 'lowerLeft', 'lowerRight'),
        ('SA', 'SP', 'IA', 'IP'),
        ('antero-superior', 'post-sup', 'anterior inferior', 'PI'),
    ],
)
def test_named_points(names):
    if names[0] == 'antero-superior':
        names = ('ant-superior', *names[1:])
    one, faults = read_one([*points(names, 'S1', group=7), *polygons()[1:]])
    np.testing.assert_array_equal(one.film.corners, SPINE)
    assert faults == {}


def test_anterior_is_right_where_the_patient_faces_right():
    spine = make_spine(4, facing='right')
    names = ('SP', 'SA', 'IP', 'IA')
    shapes = [p for i, q in enumerate(spine) for p in points(names, LEVELS[i], None, q)]
    one, faults = read_one(shapes)
    np.testing.assert_array_equal(one.film.corners, spine)
    assert one.film.levels == LEVELS
    assert faults == {}


def test_anterior_both_left_and_right():
    mirrored = points(('SP', 'SA', 'IP', 'IA'), 'S1')
    faced = points(('SA', 'SP', 'IA', 'IP'), 'L5', quad=SPINE[1])
    one, faults = read_one([*mirrored, *faced, *polygons()[2:]])
    assert one.film.levels == ['L4', 'L3']
    assert faults == {'facing_unknown': 2}


def test_superior_end_plate_alone():
    plate = points(('TL', 'TR', 'BL', 'BR'), 'S1')[:2]
    one, faults = read_one([*plate, *polygons()[1:]])
    assert np.isnan(one.film.corners[0, 2:]).all()
    np.testing.assert_array_equal(one.film.corners[0, :2], SPINE[0, :2])
    assert faults == {}


def test_one_corner_that_is_missing_is_told():
    shapes = points(('TL', 'TR', 'BL', 'BR'), 'S1')
    one, faults = read_one([*shapes[:3], *polygons()[1:]])
    assert np.isnan(one.film.corners[0]).all(axis=1).tolist() == [False] * 3 + [True]
    assert faults == {'corner_unlabelled': 1}


def test_points_that_cannot_be_placed():
    twice = points(('TL', 'TL', 'BL', 'BR'), 'S1')
    foreign = points(('here', 'there', 'BL', 'BR'), 'L5', quad=SPINE[1])
    alone = polygon([[5, 5]], 'TL', shape_type='point')
    one, faults = read_one([*twice, *foreign, alone, *polygons()[2:]])
    assert one.film.levels == ['L4', 'L3']
    assert faults == {'corner_name_unclear': 2, 'shape_unused': 1}


def test_four_points_without_names():
    shapes = [
        p for i, q in enumerate(SPINE) for p in points('1234', '', group=i, quad=q)
    ]
    one, faults = read_one(shapes)
    np.testing.assert_array_equal(one.film.corners, SPINE)
    assert one.encoding == 'TL-TR-BL-BR'
    assert faults == {}


def test_size_of_another_image():
    assert read_one(polygons(), imageWidth=641) == (None, {'size_disagrees': 1})


def test_labels_of_another_image():
    files = {
        'a.jpg': jpeg(),
        'b.jpg': jpeg(),
        'a.json': dump(label(polygons(), imagePath='b.jpg')),
        'b.json': dump(label(polygons(), imagePath='old.jpg')),
    }
    films, report = read('labelme', files)
    assert list(films) == ['train/b']
    assert report.counts() == {'image_disagrees': 1, 'image_renamed': 1}


def test_images_elsewhere_and_splits(tmp_path):
    files = {
        'data/images/val/a.jpg': jpeg(grey=1),
        'data/labels/val/a.json': dump(label(polygons(), imagePath='a.jpg')),
        'data/labels/train/x.json': dump(
            label(polygons(), imagePath='..\\..\\images\\train\\b.jpg')
        ),
        'data/images/train/b.jpg': jpeg(grey=2),
        'data/test/c.jpg': jpeg(grey=3),
        'data/images/train/d.jpg': jpeg(grey=4),
    }
    films, report = read('labelme', files)
    assert sorted(films) == ['test/c', 'train/b', 'val/a']
    assert report.counts() == {'image_without_label': 1}
    tree = write_tree(tmp_path / 'src', files)
    convert(FORMATS['labelme'], tree, tmp_path / 'out')
    (image,) = load(tmp_path / 'out', 'val')['images']
    assert image['file_name'] == 'val/a.jpg'


def test_image_inside_the_label(tmp_path):
    data = base64.b64encode(jpeg(grey=5)).decode()
    files = {'x/one.json': dump(label(polygons(), imageData=data))}
    tree = write_tree(tmp_path / 'src', files)
    report = convert(FORMATS['labelme'], tree, tmp_path / 'out')
    assert report.counts() == {}
    (image,) = load(tmp_path / 'out', 'train')['images']
    assert image['file_name'] == 'train/one.jpg'
    assert (tmp_path / 'out/images/train/one.jpg').read_bytes() == jpeg(grey=5)


def test_image_inside_that_is_no_image():
    files = {
        'good.jpg': jpeg(),
        'good.json': dump(label(polygons(), imagePath='good.jpg')),
        'bad.json': dump(label(polygons(), imageData='!?')),
    }
    _, report = read('labelme', files)
    assert report.counts() == {'image_unreadable': 1}


def test_films_of_one_name_in_two_folders():
    content = dump(label(polygons()))
    files = {f'{p}/film.{s}': c for p in 'ab' for s, c in
             (('jpg', jpeg()), ('json', content))}  # fmt: skip
    report = ConversionReport()
    found = FORMATS['labelme'].find(Memory(files), report)
    assert report.counts() == {}
    assert sorted(film.target for film in found) == ['a/film.jpg', 'b/film.jpg']


@pytest.mark.parametrize('content', [b'{"shapes": [', b'[]', b'{"shapes": {}}'])
def test_unreadable_label(content):
    films, report = read('labelme', {'film.jpg': jpeg(), 'film.json': content})
    assert films == {}
    assert report.counts() == {'labels_unreadable': 1}


def test_what_the_exporter_writes_comes_back():
    corners = SPINE.copy()
    corners[0, 2:] = np.nan
    film = Film(
        'val/x.jpg', 640, 640, 'val', corners, ['S1', 'L5', None, 'L3'], 'dataset',
        [0, 1, 2, 4], '17', 'g', 'clinic', 'F', 60, (0.5, 0.25), view='lateral',
        vertebra_extra=[{'note': 'n'}, {}, {}, {}],
    )  # fmt: skip
    files = {'val/x.jpg': jpeg(), 'val/x.json': dump(label_of(film, 'x.jpg'))}
    films, report = read('labelme', files)
    found = films['val/x'].film
    np.testing.assert_array_equal(found.corners, corners)
    assert (found.levels, found.orders) == (film.levels, film.orders)
    assert found.level_origin == 'dataset'
    assert list(found.vertebra_extra) == film.vertebra_extra
    for name in ('patient_id', 'group', 'source', 'sex', 'age', 'pixel_spacing_mm'):
        assert getattr(found, name) == getattr(film, name)
    assert report.counts() == {'level_unknown': 1}


def test_facts_that_cannot_be():
    facts = {'age': -1, 'pixel_spacing_mm': 5, 'patient_id': ['x'], 'sex': 'F'}
    one, faults = read_one(polygons(), film=facts)
    assert faults == {'fact_malformed': 3}
    assert (one.film.sex, one.film.age, one.film.patient_id) == ('F', None, 'film')


def test_it_is_recognised(tmp_path):
    tree = write_tree(
        tmp_path, {'a.jpg': jpeg(), 'a.json': dump(label(polygons())), 'z.json': b'{}'}
    )
    with open_source(tree) as source:
        assert detect(source) is FORMATS['labelme']
