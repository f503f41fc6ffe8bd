from xml.sax.saxutils import quoteattr

import numpy as np
import pytest

from spondylo_mmpose.converters.archive import open_source
from spondylo_mmpose.converters.registry import FORMATS, detect
from spondylo_mmpose.spine.anatomy import AROUND

from ..helpers import jpeg, make_spine, write_tree
from .helpers import read

SPINE = make_spine(3)
LEVELS = ['S1', 'L5', 'L4']


def pairs(points):
    return ';'.join(f'{x:.2f},{y:.2f}' for x, y in points)


def shape(tag, points, label, inner='', **attributes):
    """An element as CVAT writes it."""
    given = {'label': label, 'source': 'manual', 'occluded': '0', 'z_order': '0'}
    if points is not None:
        given['points'] = pairs(points)
    text = ' '.join(f'{k}={quoteattr(v)}' for k, v in {**given, **attributes}.items())
    return f'<{tag} {text}>{inner}</{tag}>'


def level(name):
    return f'<attribute name="level">{name}</attribute>'


def image(shapes, name='film.jpg', **attributes):
    given = {'id': '0', 'name': name, 'width': '640', 'height': '640', **attributes}
    text = ' '.join(f'{k}={quoteattr(v)}' for k, v in given.items())
    return f'<image {text}>{"".join(shapes)}</image>'


def xml(*images, meta='<task><id>3</id><subset></subset></task>'):
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n'
        f'<version>1.1</version>\n<meta>{meta}</meta>\n{"".join(images)}</annotations>'
    ).encode()


def polygons():
    return [shape('polygon', q[AROUND], n) for q, n in zip(SPINE, LEVELS, strict=True)]


def read_one(shapes, **attributes):
    content = xml(image(shapes, **attributes))
    films, report = read(
        'cvat', {'annotations.xml': content, 'images/film.jpg': jpeg()}
    )
    return films.get('train/film'), report.counts()


def test_polygons():
    one, faults = read_one(polygons())
    np.testing.assert_array_equal(one.film.corners, SPINE)
    assert one.film.levels == LEVELS
    assert one.film.level_origin == 'file'
    assert faults == {}


def test_level_in_an_attribute():
    shapes = [
        shape('polygon', q[AROUND], 'vertebra', level(n))
        for q, n in zip(SPINE, LEVELS, strict=True)
    ]
    one, faults = read_one(shapes)
    assert one.film.levels == LEVELS
    assert faults == {}


def skeleton(quad, label, outside=(), names=('SL', 'SR', 'IL', 'IR')):
    points = [
        shape('points', [p], name, outside='1' if i in outside else '0')
        for i, (p, name) in enumerate(zip(quad, names, strict=True))
    ]
    return shape('skeleton', None, label, ''.join(points) + level('x'))


def test_skeletons():
    one, faults = read_one([skeleton(q, n) for q, n in zip(SPINE, LEVELS, strict=True)])
    np.testing.assert_array_equal(one.film.corners, SPINE)
    assert one.film.levels == LEVELS
    assert faults == {}


def test_points_outside_are_not_labelled():
    one, faults = read_one([skeleton(SPINE[0], 'S1', (2, 3)), *polygons()[1:]])
    assert (
        np.isnan(one.film.corners[0]).tolist() == [[False] * 2] * 2 + [[True] * 2] * 2
    )
    assert faults == {}
    one, faults = read_one([skeleton(SPINE[0], 'S1', range(4)), *polygons()[1:]])
    assert one.film.levels == LEVELS[1:]
    assert faults == {'shape_unused': 1}


def test_four_points_in_one_go_and_points_of_a_group():
    rows = shape('points', SPINE[0], 'S1')
    grouped = [
        shape('points', [p], f'corner {name}', level('L5'), group_id='4')
        for p, name in zip(SPINE[1], ('TL', 'TR', 'BL', 'BR'), strict=True)
    ]
    one, faults = read_one([rows, *grouped, polygons()[2]])
    np.testing.assert_array_equal(one.film.corners, SPINE)
    assert one.film.levels == LEVELS
    # Rows go another way than the polygon.
    assert set(faults) <= {'corner_order_turned'}


def test_other_shapes_are_told():
    more = [shape('box', None, 'S1'), shape('polyline', SPINE[0], 'S1')]
    one, faults = read_one([*polygons(), *more, '<tag label="good"></tag>'])
    assert len(one.film.corners) == 3
    assert faults == {'shape_unused': 2}


def test_malformed_points():
    broken = polygons()
    broken[1] = broken[1].replace('points="', 'points="x,')
    one, faults = read_one(broken)
    assert one.film.levels == ['S1', 'L4']
    assert one.film.orders == [0, 2]
    assert faults == {'corner_malformed': 1}


@pytest.mark.parametrize(
    ('attributes', 'fault'),
    [
        ({'width': '641'}, 'size_disagrees'),
        ({'height': 'x'}, 'size_disagrees'),
        ({'name': 'gone.jpg'}, 'label_without_image'),
    ],
)
def test_faulty_image_entries(attributes, fault):
    files = {'annotations.xml': xml(image(polygons(), **attributes)),
             'film.jpg': jpeg()}  # fmt: skip
    films, report = read('cvat', files)
    assert films == {}
    assert set(report.counts()) - {'image_without_label'} == {fault}


def test_subsets_and_images_without_shapes():
    meta = (
        '<project><tasks><task><id>1</id><subset>Validation</subset></task>'
        '<task><id>2</id><subset>Train</subset></task></tasks></project>'
    )
    content = xml(
        image(polygons(), 'a.jpg', task_id='1', subset='Validation'),
        image(polygons(), 'b.jpg', task_id='1'),
        image(polygons(), 'c.jpg', task_id='2'),
        image([], 'd.jpg', task_id='2'),
        meta=meta,
    )
    files = {'annotations.xml': content}
    for i, name in enumerate('abcd'):
        folder = 'Validation' if name in 'ab' else 'Train'
        files[f'images/{folder}/{name}.jpg'] = jpeg(grey=i)
    files['images/Train/e.jpg'] = jpeg(grey=9)
    films, report = read('cvat', files)
    assert sorted(films) == ['train/c', 'val/a', 'val/b']
    assert report.counts() == {'image_without_label': 2}


def test_same_names_in_two_subsets():
    content = xml(
        image(polygons(), '1.jpg', subset='Train'),
        image(polygons()[:2], '1.jpg', subset='Validation'),
    )
    files = {
        'annotations.xml': content,
        'images/Train/1.jpg': jpeg(grey=1),
        'images/Validation/1.jpg': jpeg(grey=2),
    }
    films, report = read('cvat', files)
    assert {k: len(f.film.corners) for k, f in films.items()} == {
        'train/1': 3,
        'val/1': 2,
    }
    assert report.counts() == {}


@pytest.mark.parametrize(
    'content',
    [
        xml(image(polygons()))[:-30],
        b'<annotations><track></track></annotations>',
        b'<!DOCTYPE a [<!ENTITY b "c">]><annotations>&b;</annotations>',
        b'\xff\xfe\x00',
    ],
)
def test_unreadable_label(content):
    files = {'annotations.xml': content, 'film.jpg': jpeg()}
    _, report = read('cvat', files)
    assert report.counts() == {'labels_unreadable': 1, 'image_without_label': 1}


def test_it_is_recognised(tmp_path):
    files = {'annotations.xml': xml(image(polygons())), 'images/film.jpg': jpeg()}
    with open_source(write_tree(tmp_path, files)) as source:
        assert detect(source) is FORMATS['cvat']


def test_who_labelled_a_film_counts_before_who_was_only_given_it():
    files = {
        'a.xml': xml(image([])),
        'b.xml': xml(image(polygons())),
        'images/film.jpg': jpeg(),
    }
    films, report = read('cvat', files)
    assert films['train/film'].film.levels == LEVELS
    assert report.counts() == {}
