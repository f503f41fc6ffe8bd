"""COCO files: what is read of them, and what they must not hide."""

import copy

import numpy as np
import pytest

from spondylo_mmpose.converters.coco import DatasetInfo, Film, coco_dataset

from ..helpers import make_spine
from ..samples import films, images, of_coco
from .helpers import dump, read

SOUND = of_coco()


def content():
    return coco_dataset(films('train'), DatasetInfo(''))


def read_changed(change, **more):
    changed = content()
    change(changed)
    return read('coco', SOUND | {'annotations/train.json': dump(changed)} | more)


def test_lower_plate_of_a_steep_sacrum_may_run_from_right_to_left():
    # On a stretched film an S1 of this shape is whole, and neither mirrored nor
    # upside down.
    spine = make_spine(6, 40)
    sacrum = [[318.7, 413.0], [353.5, 364.9], [386.3, 412.8], [382.6, 380.9]]
    spine = np.concatenate([[sacrum], spine[1:] - spine[1].mean(0) + [298.6, 364.0]])
    film = Film('train/a.png', 640, 640, 'train', spine, patient_id='a')
    label = dump(coco_dataset([film], DatasetInfo('')))
    found, report = read(
        'coco', {'annotations/train.json': label, **images('images/train')}
    )
    assert 'order_disagrees' not in report.counts()
    np.testing.assert_array_equal(found['train/a'].film.corners[0], sacrum)


def first(key, value):
    return lambda c: c['annotations'][0].__setitem__(key, value)


def add_disc(c):
    c['categories'].append({'id': 2, 'name': 'disc'})
    disc = copy.deepcopy(c['annotations'][0]) | {'category_id': 2, 'id': 999}
    c['annotations'].append(disc)


@pytest.mark.parametrize(
    ('change', 'faults'),
    [
        (first('category_id', 7), {'class_unexpected': 1}),
        (add_disc, {'shape_unused': 1}),
        (first('bbox', [10, 10, -5, 20]), {'box_disagrees': 1}),
        (lambda c: c['annotations'][0].pop('bbox'), {'box_disagrees': 1}),
        (lambda c: c['images'][0].__setitem__('split', 'val'), {'fact_malformed': 1}),
    ],
)
def test_what_a_data_set_would_stumble_over_is_told(change, faults):
    found, report = read_changed(change)
    assert report.counts() == faults
    # The film is trained on with the file that lists it.
    assert sorted(found) == ['train/a', 'train/b', 'train/c']
    assert [len(found[f'train/{n}'].film.corners) for n in 'abc'] == [5, 6, 7]


def test_sound_file_has_no_faults():
    assert read('coco', SOUND)[1].counts() == {}


@pytest.mark.parametrize(
    ('label', 'reason'),
    [
        (b'[1, 2]', 'no COCO keypoint file'),
        (dump(content() | {'info': {'format_version': '9.0'}}), 'format version 9.0'),
    ],
)
def test_file_of_a_split_that_is_none_does_not_vanish(label, reason):
    _, report = read('coco', SOUND | {'annotations/val.json': label})
    assert report.counts() == {'labels_unreadable': 1}
    assert reason in report.items['labels_unreadable'][0]['reason']
    # Of other files beside them nothing is known.
    more = SOUND | {'annotations/notes.json': b'[1, 2]'}
    assert read('coco', more)[1].counts() == {}


def test_image_that_no_file_names_is_listed():
    more = {
        'images/train/z.png': SOUND['images/train/a.png'],
        'images/figures/f.png': SOUND['images/train/a.png'],
    }
    _, report = read('coco', SOUND | more)
    (item,) = report.items['image_without_label']
    assert item['file'] == 'images/train/z.png'
    assert report.counts() == {'image_without_label': 1}
