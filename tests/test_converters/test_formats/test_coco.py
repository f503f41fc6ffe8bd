"""COCO files: what is read of them, and what they must not hide."""

import copy

import numpy as np
import pytest

from spondylo_mmpose.converters.coco import DatasetInfo, Film, coco_dataset
from spondylo_mmpose.converters.conversion import convert
from spondylo_mmpose.converters.registry import FORMATS
from spondylo_mmpose.errors import SpondyloError

from ..helpers import load, make_spine, write_tree
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


def of_tool(spines, categories, category_of):
    """A file as other tools write it: neither levels nor orders of ours."""
    made = coco_dataset(
        [Film('a.png', 640, 640, 'train', spine) for spine in spines], DatasetInfo('')
    )
    for i, annotation in enumerate(made['annotations']):
        for key in ('level', 'level_origin', 'order'):
            del annotation[key]
        annotation['category_id'] = category_of(i)
    made['categories'] = categories
    del made['images'][0]['split']
    return made


def read_tool(spine, categories, category_of, places=(0, 1, 2, 3)):
    label = of_tool([spine], categories, category_of)
    for annotation in label['annotations']:
        corners = np.reshape(annotation['keypoints'], (4, 3))[list(places)]
        annotation['keypoints'] = corners.ravel().tolist()
    (image,) = list(images('images').values())[:1]
    found, report = read(
        'coco', {'annotations/a.json': dump(label), 'images/a.png': image}
    )
    return found, report


def category(number, name, keypoints=('a', 'b', 'c', 'd')):
    return {'id': number, 'name': name, 'keypoints': list(keypoints)}


@pytest.mark.parametrize('facing', ['left', 'right'])
def test_category_of_each_level_names_it_and_leaves_gaps(facing):
    # S1 and L3 are not labelled: L4 and L2 are no neighbours.
    spine = make_spine(6, facing=facing)[[1, 2, 4, 5]]
    levels = ['L5', 'L4', 'L2', 'L1']
    categories = [category(7 - i, f'vertebra_{level}') for i, level in
                  enumerate(levels)]  # fmt: skip
    found, report = read_tool(spine, categories, lambda i: 7 - i)
    film = found['train/a'].film
    assert film.levels == levels
    assert film.orders == [0, 1, 3, 4]
    assert film.level_origin == 'file'
    np.testing.assert_array_equal(film.corners, spine)
    assert report.counts() == {}


@pytest.mark.parametrize('facing', ['left', 'right'])
def test_each_category_has_its_own_order_of_named_corners(facing):
    spine = make_spine(6, facing=facing)
    top = ('top_right', 'top_left', 'bottom_right', 'bottom_left')
    for keypoints, places in (
        (top, (1, 0, 3, 2)),
        (('LR', 'UR', 'UL', 'LL'), (3, 1, 0, 2)),
    ):
        found, report = read_tool(
            spine, [category(1, 'vertebra', keypoints)], lambda i: 1, places
        )
        np.testing.assert_array_equal(found['train/a'].film.corners, spine)
        assert found['train/a'].film.level_origin == 'assumed_lowest_is_S1'
        assert report.counts() == {}
    # One file with both orders; S1 alone is called in the other.
    categories = [category(0, 'S1', ('TL', 'TR', 'BL', 'BR')), category(1, 'x', top)]
    label = of_tool([spine], categories, lambda i: min(i, 1))
    for annotation in label['annotations'][1:]:
        corners = np.reshape(annotation['keypoints'], (4, 3))[[1, 0, 3, 2]]
        annotation['keypoints'] = corners.ravel().tolist()
    files = {'annotations/a.json': dump(label), 'images/a.png': SOUND[
        'images/train/a.png']}  # fmt: skip
    found, report = read('coco', files)
    film = found['train/a'].film
    np.testing.assert_array_equal(film.corners, spine)
    assert film.levels == ['S1', None, None, None, None, None]
    assert report.counts() == {'level_unknown': 1}


def test_discs_with_four_corners_are_no_vertebrae():
    spine = make_spine(6)
    categories = [category(1, 'L5'), category(2, 'L5-S1'), category(3, 'L4')]
    found, report = read_tool(spine[:3], categories, lambda i: (2, 1, 3)[i])
    film = found['train/a'].film
    assert film.levels == ['L5', 'L4']
    np.testing.assert_array_equal(film.corners, spine[1:3])
    assert report.counts() == {'shape_unused': 1}
    # A category that spans levels is of vertebrae where there is no other.
    found, report = read_tool(spine, [category(1, 'T12-L5')], lambda i: 1)
    np.testing.assert_array_equal(found['train/a'].film.corners, spine)
    assert report.counts() == {}


def one_film(file_name='0.png', **image):
    """A file of another tool about one film."""
    label = of_tool([make_spine(4)], [category(1, 'vertebra')], lambda i: 1)
    label['images'][0] |= {'file_name': file_name, **image}
    return dump(label)


PICTURES = list(images('x').values())


@pytest.mark.parametrize(
    ('member', 'image', 'file_name', 'split'),
    [
        ('train/_annotations.coco.json', 'train/0.png', '0.png', 'train'),
        ('valid/_annotations.coco.json', 'valid/0.png', '0.png', 'val'),
        ('test/_annotations.coco.json', 'test/0.png', '0.png', 'test'),
        ('annotations/latest.json', 'images/0.png', '0.png', 'train'),
        ('annotations/instances_val2017.json', 'images/0.png', '0.png', 'val'),
        ('annotations/TestLabels.json', 'images/train/0.png', '0.png', 'test'),
        ('annotations/a.json', 'images/testing/0.png', 'testing/0.png', 'test'),
        ('annotations/a.json', 'images/val/0.png', '0.png', 'val'),
        # What a part of a word is does not count.
        ('annotations/a.json', 'images/invalid/0.png', '0.png', 'train'),
    ],
)
def test_names_and_folders_tell_the_split(member, image, file_name, split):
    files = {member: one_film(file_name), image: PICTURES[0]}
    found, report = read('coco', files)
    assert list(found) == [f'{split}/0']
    assert report.counts() == {}


def test_split_of_the_image_goes_before_names():
    files = {'val/val.json': one_film(split='test'), 'val/0.png': PICTURES[0]}
    assert list(read('coco', files)[0]) == ['test/0']


def written(tmp_path, files):
    src = write_tree(tmp_path / 'src', files)
    report = convert(FORMATS['coco'], src, tmp_path / 'out')
    names = {
        image['file_name']: image['patient_id']
        for path in sorted((tmp_path / 'out/annotations').iterdir())
        for image in load(tmp_path / 'out', path.stem)['images']
    }
    for name in names:
        assert (tmp_path / 'out/images' / name).is_file()
    return names, report.counts()


def test_films_of_equal_names_in_different_folders_all_stay(tmp_path):
    files = {}
    for folder, picture in zip(('a', 'b', 'val'), PICTURES, strict=True):
        files[f'{folder}/labels.json'] = one_film()
        files[f'{folder}/0.png'] = picture
    names, faults = written(tmp_path, files)
    assert names == {
        'train/a/0.png': 'a/0',
        'train/b/0.png': 'b/0',
        'val/0.png': 'val/0',
    }
    assert faults == {}


def test_one_image_that_two_files_of_a_split_name_is_taken_once(tmp_path):
    files = {
        'annotations/a.json': one_film(),
        'annotations/b.json': one_film(),
        'images/0.png': PICTURES[0],
    }
    names, faults = written(tmp_path, files)
    assert names == {'train/0.png': '0'}
    assert faults == {'file_duplicated': 1}


@pytest.mark.parametrize(
    ('level', 'known', 'faults'),
    [('s1', 'S1', {}), ('S 1 ', 'S1', {}), ('?', None, {'level_unknown': 1}),
     (1, None, {'level_unknown': 1})],
)  # fmt: skip
def test_level_of_a_vertebra_however_it_is_written(level, known, faults):
    found, report = read_changed(first('level', level))
    assert found['train/a'].film.levels == [known, 'L5', 'L4', 'L3', 'L2']
    assert report.counts() == faults


def test_images_of_one_id_are_left_out_with_their_vertebrae():
    joined = content()
    joined['images'][1]['id'] = joined['images'][0]['id']
    found, report = read('coco', SOUND | {'annotations/train.json': dump(joined)})
    assert sorted(found) == ['train/c']
    assert [item['reason'] for item in report.items['labels_unreadable']] == [
        'several images have id 1'
    ]
    # Vertebrae of the second one belong to no image any more.
    assert report.counts() == {
        'labels_unreadable': 1, 'label_without_image': 6, 'image_without_label': 2,
    }  # fmt: skip


def test_labels_count_before_a_second_entry_of_the_image_without_any():
    bare = content() | {'annotations': []}
    files = {'annotations/a.json': dump(bare), 'annotations/b.json': dump(content())}
    found, report = read('coco', files | images('images/train'))
    assert sorted(found) == ['train/a', 'train/b', 'train/c']
    assert report.counts() == {}


def test_level_in_the_attributes_that_cvat_writes():
    label = of_tool([make_spine(3)], [category(1, 'vertebra')], lambda i: 1)
    for annotation, level in zip(label['annotations'], ('L5', 'L4', 'L3'), strict=True):
        annotation['attributes'] = {'occluded': False, 'level': level}
    files = {'annotations/a.json': dump(label), 'images/a.png': images('i')['i/a.png']}
    found, report = read('coco', files)
    assert found['train/a'].film.levels == ['L5', 'L4', 'L3']
    assert found['train/a'].film.level_origin == 'file'
    assert report.counts() == {}


@pytest.mark.parametrize(
    ('label', 'reason'),
    [
        (dump(content())[:-9], 'not JSON'),
        ('{}'.encode('utf-16'), 'utf-8'),
        (dump({**content(), 'images': [{'id': 'a', 'file_name': 'a.png'}]}), 'id'),
    ],
)
def test_why_no_film_is_found_stands_in_the_error(label, reason):
    files = {'annotations/train.json': label, **images('images/train')}
    with pytest.raises(SpondyloError, match=f'no films found .*train.json .*{reason}'):
        read('coco', files)


@pytest.mark.parametrize(
    ('given', 'split', 'faults'),
    [('validation', 'val', {}), ('Test', 'test', {}),
     ('holdout', 'train', {'fact_malformed': 1})],
)  # fmt: skip
def test_split_that_an_image_names(given, split, faults):
    label = of_tool([make_spine(3)], [category(1, 'vertebra')], lambda i: 1)
    label['images'][0]['split'] = given
    files = {'annotations/a.json': dump(label), 'images/a.png': images('i')['i/a.png']}
    found, report = read('coco', files)
    assert list(found) == [f'{split}/a']
    assert report.counts() == faults
