"""Writing a split, reading it, and finding what was changed afterwards."""

import json
import re

import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.splits.assignment import Assignment
from spondylo_mmpose.splits.checking import check_split
from spondylo_mmpose.splits.making import make_split
from spondylo_mmpose.splits.source import read_source
from spondylo_mmpose.splits.split_file import read_split_file
from spondylo_mmpose.splits.writing import write_split

from ..helpers import edit_json
from .helpers import film, many_films, write_root

UNLABELLED = film('test/t.jpg', 'p0', vertebrae=0)
SHARES = {'train': '0.7', 'val': '0.15', 'test': '0.15'}


@pytest.fixture
def root(tmp_path):
    return write_root(tmp_path / 'root', [*many_films(), UNLABELLED])


def load(path):
    return json.loads(path.read_text())


def without_ids(annotations):
    return [
        {k: v for k, v in a.items() if k not in ('id', 'image_id')} for a in annotations
    ]


def test_ratio_is_written(root):
    lines = make_split(root, 'ratio', 'r70', ratios=SHARES)
    folder = root / 'annotations/r70'
    split = load(folder / 'split.json')
    assert split['method'] == 'ratio'
    assert split['arguments'] == {'ratios': SHARES}
    assert split['unlabelled'] == ['test/t.jpg']
    assert ['train/00.jpg', 'val/0x.jpg'] in split['groups']
    assert split['counts']['all']['films'] == 25
    assert split['counts']['train']['films'] == 17
    assert any('1 unlabelled films' in line for line in lines)

    official = load(root / 'annotations/train.json')
    contents = {name: load(folder / f'{name}.json') for name in SHARES}
    names = [i['file_name'] for c in contents.values() for i in c['images']]
    assert sorted(names) == sorted(one.file_name for one in many_films())
    for name, content in contents.items():
        assert content['info']['split'] == {
            'name': 'r70', 'method': 'ratio', 'digest': split['digest'], 'fold': None,
        }  # fmt: skip
        assert {image['split'] for image in content['images']} == {name}
        ids = [image['id'] for image in content['images']]
        assert ids == list(range(1, len(ids) + 1))
        assert content['categories'] == official['categories']
    # A film is in the split as it was in the data set, but for its numbers.
    content = contents['train']
    entry = next(i for i in content['images'] if i['file_name'].startswith('train'))
    labels = [a for a in content['annotations'] if a['image_id'] == entry['id']]
    (old,) = [i for i in official['images'] if i['file_name'] == entry['file_name']]
    before = [a for a in official['annotations'] if a['image_id'] == old['id']]
    assert entry == {**old, 'id': entry['id']}
    assert without_ids(labels) == without_ids(before)
    assert check_split(folder) == []


def test_folds_are_written(root):
    make_split(root, 'kfold', 'cv', folds=3, test_share='0.2')
    folder = root / 'annotations/cv'
    files = {path.relative_to(folder).as_posix() for path in folder.rglob('*.json')}
    assert files == {'split.json'} | {
        f'fold{fold}/{split}.json' for fold in range(3) for split in SHARES
    }
    assert load(folder / 'fold2/val.json')['info']['split']['fold'] == 2
    split = read_split_file(folder / 'split.json')
    assert split.assignment.numbered
    assert len(split.assignment.folds) == 3
    assert check_split(folder) == []


def test_equal_input_gives_equal_files(root, tmp_path):
    other = write_root(tmp_path / 'other', [*many_films()[::-1], UNLABELLED])
    for one in (root, other):
        make_split(one, 'ratio', ratios=SHARES, seed=3)
    for path in (root / 'annotations/ratio').iterdir():
        assert (
            path.read_bytes() == (other / 'annotations/ratio' / path.name).read_bytes()
        )


def test_replaced_with_force_alone(root):
    make_split(root, 'ratio', 's', ratios=SHARES)
    folder = root / 'annotations/s'
    before = (folder / 'split.json').read_bytes()
    with pytest.raises(SpondyloError, match='exists; choose another --name or pass'):
        make_split(root, 'kfold', 's')
    assert (folder / 'split.json').read_bytes() == before
    make_split(root, 'kfold', 's', force=True)
    assert not (folder / 'train.json').exists()
    assert check_split(folder) == []


def test_other_folders_are_not_replaced_even_with_force(root):
    (root / 'annotations/mine').mkdir()
    (root / 'annotations/mine/notes.txt').write_text('mine')
    with pytest.raises(SpondyloError, match='is no split'):
        make_split(root, 'ratio', 'mine', force=True, ratios=SHARES)
    assert (root / 'annotations/mine/notes.txt').read_text() == 'mine'


@pytest.mark.parametrize(
    'name', ['train', 'val.json', 'a/b', '..', '.hidden', 'a b', '-x']
)
def test_names_that_no_split_can_have(root, name):
    before = sorted(root.rglob('*'))
    with pytest.raises(SpondyloError, match='--name'):
        make_split(root, 'ratio', name, ratios=SHARES)
    assert sorted(root.rglob('*')) == before


def test_data_sets_that_cannot_be_divided(tmp_path):
    with pytest.raises(SpondyloError, match='holds no annotations'):
        make_split(tmp_path, 'official')
    write_root(tmp_path, [UNLABELLED])
    with pytest.raises(SpondyloError, match='no labelled film'):
        make_split(tmp_path, 'official')
    write_root(tmp_path, [film('train/a.jpg')])
    content = (tmp_path / 'annotations/train.json').read_text()
    (tmp_path / 'annotations/val.json').write_text(content)
    with pytest.raises(SpondyloError, match=r'stands in train\.json and here'):
        make_split(tmp_path, 'official')
    (tmp_path / 'annotations/val.json').write_text(
        content.replace('train/a', 'val/a').replace('"vertebra"', '"bone"')
    )
    with pytest.raises(SpondyloError, match='categories of the files differ'):
        make_split(tmp_path, 'official')


def test_lists_of_films_that_belong_together(root, tmp_path):
    lists = tmp_path / 'together.json'
    names = [f'train/{i:02d}.jpg' for i in range(10, 16)]
    lists.write_text(json.dumps([names]))
    make_split(root, 'kfold', 'cv', together=lists, folds=2)
    split = read_split_file(root / 'annotations/cv/split.json')
    for files in split.assignment.folds:
        assert len(set(names) & set(files['val'])) in (0, 6)
    assert split.together == [names]
    for text, message in (
        ('[["train/00.jpg", "train/none.jpg"]]', '1 of its names are no films'),
        ('{"a": 1}', 'no list of lists'),
        ('["train/00.jpg"]', 'no list of lists'),
    ):
        lists.write_text(text)
        with pytest.raises(SpondyloError, match=message):
            make_split(root, 'kfold', 'other', together=lists)


def test_a_leaking_assignment_is_never_written(root):
    source = read_source(root)
    leaking = Assignment(({'train': ('train/00.jpg',), 'val': ('val/0x.jpg',)},))
    with pytest.raises(ValueError, match='are divided'):
        write_split(source, leaking, 'leak', 'manual', {})
    assert not (root / 'annotations/leak').exists()


def move_a_film(folder):
    def change(content):
        files = content['folds'][0]['files']
        files['val'].append(files['train'].pop())

    edit_json(folder / 'split.json', change)


def relabel(root):
    def change(content):
        content['annotations'][0]['keypoints'][0] += 1

    edit_json(root / 'annotations/train.json', change)


@pytest.mark.parametrize(
    ('damage', 'message'),
    [
        (lambda r, f: move_a_film(f), 'do not fit its digest'),
        (
            lambda r, f: edit_json(f / 'split.json', lambda c: c.pop('folds')),
            'is no file of',
        ),
        (
            lambda r, f: edit_json(
                f / 'split.json', lambda c: c.update(format_version='9')
            ),
            'format version 9',
        ),
        (lambda r, f: (f / 'split.json').write_text('{'), 'cannot be read as JSON'),
        (
            lambda r, f: edit_json(f / 'val.json', lambda c: c['annotations'].pop()),
            'not as the split was written',
        ),
        (lambda r, f: (f / 'val.json').unlink(), 'no such annotation file'),
        (lambda r, f: relabel(r), r'labels were changed .* in train\.json'),
        (
            lambda r, f: write_root(r, [*many_films()[:-1], UNLABELLED]),
            '1 labelled films are gone',
        ),
        (
            lambda r, f: write_root(r, [*many_films(), film('train/new.jpg', 'p0')]),
            '1 labelled films came after the split',
        ),
        (
            lambda r, f: write_root(
                r,
                [
                    film(one.file_name, 'same', source=one.source)
                    for one in many_films()
                ],
            ),
            '1 patients or groups of copies are divided',
        ),
    ],
)
def test_check_finds_what_was_changed(root, damage, message):
    make_split(root, 'ratio', ratios=SHARES)
    folder = root / 'annotations/ratio'
    damage(root, folder)
    faults = check_split(folder)
    assert any(re.search(message, fault) for fault in faults), faults


def clear_spacings(root):
    def change(content):
        for image in content['images']:
            image |= {'pixel_spacing_mm': None, 'pixel_spacing_origin': None}

    for name in ('train', 'val', 'test'):
        if (path := root / f'annotations/{name}.json').is_file():
            edit_json(path, change)


def name_source(root):
    edit_json(
        root / 'annotations/train.json', lambda c: c['images'][0].update(source='x')
    )


@pytest.mark.parametrize(
    ('damage', 'what'),
    [
        ([clear_spacings], ['pixel spacings']),
        ([name_source], ['facts of films']),
        ([relabel, clear_spacings], ['labels', 'pixel spacings']),
    ],
)
def test_check_tells_what_kind_of_thing_was_changed(tmp_path, damage, what):
    films = [*many_films(), UNLABELLED]
    for one in films:
        one.pixel_spacing_mm, one.pixel_spacing_origin = (0.2, 0.2), 'table:t.csv'
    root = write_root(tmp_path / 'root', films)
    make_split(root, 'ratio', ratios=SHARES)
    folder = root / 'annotations/ratio'
    assert check_split(folder) == []
    for change in damage:
        change(root)
    faults = check_split(folder)
    assert [fault.split(': ')[1].split(' were')[0] for fault in faults] == what
    assert all(fault.endswith('; make it again with --force') for fault in faults)


def test_check_wants_a_split(root):
    with pytest.raises(SpondyloError, match=r'holds no split\.json'):
        check_split(root / 'annotations')
