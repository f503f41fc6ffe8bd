import base64

import numpy as np
import pytest

from spondylo_mmpose.converters.archive import open_source
from spondylo_mmpose.converters.registry import FORMATS, detect
from spondylo_mmpose.spine.anatomy import AROUND

from ..helpers import jpeg, make_spine, write_tree
from .helpers import dump, read

SIZE = (1000, 800)
SPINE = make_spine(3)
LEVELS = ['S1', 'L5', 'L4']


def percent(points):
    return (np.asarray(points) * 100 / SIZE).tolist()


def result(kind, value, key, **more):
    """A region as Label Studio writes it."""
    return {
        'original_width': SIZE[0],
        'original_height': SIZE[1],
        'image_rotation': 0,
        'value': value,
        'id': key,
        'from_name': 'label',
        'to_name': 'image',
        'type': kind,
        'origin': 'manual',
        **more,
    }


def polygon(quad, label, key, **more):
    value = {'points': percent(quad[AROUND]), 'closed': True, 'polygonlabels': [label]}
    return result('polygonlabels', value, key, **more)


def keypoint(point, label, key, **more):
    x, y = percent(point)
    value = {'x': x, 'y': y, 'width': 0.3, 'keypointlabels': [label]}
    return result('keypointlabels', value, key, **more)


def rectangle(label, key):
    value = {'x': 1, 'y': 1, 'width': 9, 'height': 9, 'rotation': 0,
             'rectanglelabels': [label]}  # fmt: skip
    return result('rectanglelabels', value, key)


def polygons(levels=LEVELS):
    return [
        polygon(q, n, f'r{i}')
        for i, (q, n) in enumerate(zip(SPINE, levels, strict=True))
    ]


def annotation(results, **more):
    return {'id': 1, 'was_cancelled': False, 'result': results, **more}


def task(annotations, image='/data/upload/1/0a1b2c3d-film.jpg', **more):
    return {
        'id': 7,
        'data': {'image': image},
        'annotations': annotations,
        'predictions': [{'result': [rectangle('S1', 'p')]}],
        **more,
    }


def read_one(results, name='film.jpg', **more):
    files = {'export.json': dump([task([annotation(results)], **more)]),
             name: jpeg(*SIZE)}  # fmt: skip
    films, report = read('label_studio', files)
    return next(iter(films.values()), None), report.counts()


def test_polygons_in_percent():
    one, faults = read_one(polygons())
    np.testing.assert_allclose(one.film.corners, SPINE, atol=1e-9)
    assert one.film.levels == LEVELS
    assert one.film.level_origin == 'file'
    assert faults == {}


@pytest.mark.parametrize(
    ('image', 'name'),
    [
        ('/data/upload/1/0a1b2c3d-film.jpg', 'film.jpg'),
        ('/data/upload/1/0a1b2c3d-film.jpg', 'images/0a1b2c3d-film.jpg'),
        ('/data/local-files/?d=clinic/a%20b/film.jpg', 'a b/film.jpg'),
        ('s3://bucket/folder/film.jpg', 'folder/film.jpg'),
        ('https://example.org/x/film.jpg?token=1', 'film.jpg'),
        (
            '/tasks/3/presign/?fileuri='
            + base64.urlsafe_b64encode(b's3://b/film.jpg').decode(),
            'film.jpg',
        ),
    ],
)
def test_where_the_image_is(image, name):
    one, faults = read_one(polygons(), name, image=image)
    assert one.raw.image == name
    assert faults == {}


def test_upload_named_by_the_task_alone():
    one, faults = read_one(polygons(), image='17', file_upload='0a1b2c3d-film.jpg')
    assert one.raw.image == 'film.jpg'
    assert faults == {}


def test_level_chosen_for_a_region():
    chosen = [
        result('choices', {'points': r['value']['points'], 'choices': [n]}, r['id'])
        for r, n in zip(polygons(), LEVELS, strict=True)
    ]
    one, faults = read_one([*polygons(['vertebra'] * 3), *chosen])
    assert one.film.levels == LEVELS
    assert faults == {}


def corners(quad, prefix='', key='k', **more):
    names = ('TL', 'TR', 'BL', 'BR')
    return [
        keypoint(p, f'{prefix}{n}', f'{key}{n}', **more)
        for p, n in zip(quad, names, strict=True)
    ]


def test_keypoints_of_a_parent_region():
    one, faults = read_one(
        [rectangle('S1', 'box'), *corners(SPINE[0], parentID='box'), *polygons()[1:]]
    )
    np.testing.assert_allclose(one.film.corners, SPINE, atol=1e-9)
    assert one.film.levels == LEVELS
    assert faults == {}


def test_keypoints_tied_by_relations():
    points = corners(SPINE[0])
    ties = [
        {'type': 'relation', 'from_id': 'kTL', 'to_id': other, 'direction': 'right'}
        for other in ('kTR', 'kBL', 'kBR')
    ]
    one, faults = read_one([*points, *ties, *polygons()[1:]])
    np.testing.assert_allclose(one.film.corners, SPINE, atol=1e-9)
    # One of three has no level: which it is stays open.
    assert one.film.levels == [None, 'L5', 'L4']
    assert faults == {'level_unknown': 1}


def test_keypoints_that_name_their_level():
    points = [
        p for q, n in zip(SPINE, LEVELS, strict=True) for p in corners(q, f'{n}_', n)
    ]
    one, faults = read_one(points)
    np.testing.assert_allclose(one.film.corners, SPINE, atol=1e-9)
    assert one.film.levels == LEVELS
    assert faults == {}


def test_rectangles_alone_are_told():
    one, faults = read_one([rectangle('S1', 'box'), *polygons()])
    assert len(one.film.corners) == 3
    assert faults == {'shape_unused': 1}


def test_the_last_annotation_that_was_not_cancelled():
    annotations = [
        annotation(polygons()[:1]),
        annotation(polygons()),
        annotation(polygons()[:2], was_cancelled=True),
    ]
    files = {'e.json': dump([task(annotations)]), 'film.jpg': jpeg(*SIZE)}
    films, report = read('label_studio', files)
    assert len(films['train/film'].film.corners) == 3
    assert report.counts() == {'annotation_superseded': 1}


@pytest.mark.parametrize(
    ('annotations', 'vertebrae'),
    [
        ([annotation(polygons(), ground_truth=True), annotation(polygons()[:1])], 3),
        ([annotation(polygons()), annotation([])], 3),
    ],
)
def test_ground_truth_and_what_is_drawn_count_before_the_last(annotations, vertebrae):
    files = {'e.json': dump([task(annotations)]), 'film.jpg': jpeg(*SIZE)}
    films, report = read('label_studio', files)
    assert len(films['train/film'].film.corners) == vertebrae
    assert report.counts() == {'annotation_superseded': 1}


def test_completions_of_old_versions():
    old = task([])
    old['completions'] = [annotation(polygons())]
    del old['annotations']
    films, report = read(
        'label_studio', {'e.json': dump([old]), 'film.jpg': jpeg(*SIZE)}
    )
    assert len(films['train/film'].film.corners) == 3
    assert report.counts() == {}


@pytest.mark.parametrize(
    ('field', 'value', 'fault'),
    [
        ('original_width', 999, 'size_disagrees'),
        ('image_rotation', 90, 'view_rotated'),
    ],
)
def test_faults_of_a_film(field, value, fault):
    results = polygons()
    results[1][field] = value
    assert read_one(results) == (None, {fault: 1})


def test_tasks_without_annotation_or_image():
    tasks = [
        task([annotation(polygons())]),
        task([annotation([], was_cancelled=True)], '/data/upload/1/skipped.jpg'),
        task([annotation(polygons())], '/data/upload/1/gone.jpg'),
        task([annotation(polygons())], 'no image'),
        'no task',
    ]
    files = {
        'e.json': dump(tasks),
        'film.jpg': jpeg(*SIZE),
        'skipped.jpg': jpeg(),
        'more.jpg': jpeg(),
    }
    films, report = read('label_studio', files)
    assert list(films) == ['train/film']
    assert report.counts() == {
        'image_without_label': 2,
        'label_without_image': 1,
        'labels_unreadable': 2,
    }


def test_split_by_the_folder():
    one, _ = read_one(
        polygons(), 'val/film.jpg', image='/data/local-files/?d=val/film.jpg'
    )
    assert one.raw.split == 'val'


def test_it_is_recognised(tmp_path):
    files = {'e.json': dump([task([annotation(polygons())])]), 'film.jpg': jpeg(*SIZE)}
    with open_source(write_tree(tmp_path, files)) as source:
        assert detect(source) is FORMATS['label_studio']
