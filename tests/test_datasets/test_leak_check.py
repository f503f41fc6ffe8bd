import logging

import pytest

from spondylo_mmpose.datasets import SpondyloDataset
from spondylo_mmpose.datasets.leak_check import check_leaks
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.splits.making import make_split

from ..helpers import edit_json
from ..test_splits.helpers import film, many_films, write_root

CLEAN = (film('train/a.jpg', 'p1', 'g1'), film('val/b.jpg', 'p2', 'g2'))


def ann(root, name='train'):
    return root / 'annotations' / f'{name}.json'


@pytest.mark.parametrize('absolute', [True, False])
def test_a_clean_data_set_loads(tmp_path, absolute):
    root = write_root(tmp_path, CLEAN, images=True)
    dataset = SpondyloDataset(
        ann_file=str(ann(root)) if absolute else 'annotations/train.json',
        data_root=str(root),
        data_prefix={'img': 'images/'},
    )
    assert len(dataset) == 2


@pytest.mark.parametrize(
    ('more', 'message'),
    [
        (film('val/c.jpg', 'p1', 'g3'), r'1 patients .* train\.json, val\.json'),
        (film('val/c.jpg', None, 'g1'), r'1 patients .* train\.json, val\.json'),
        (film('test/c.jpg', 'p2'), r'1 patients .* val\.json, test\.json'),
    ],
)
@pytest.mark.parametrize('loaded', ['train', 'val'])
def test_leaks_are_refused_whichever_file_is_loaded(tmp_path, more, message, loaded):
    root = write_root(tmp_path, [*CLEAN, more])
    with pytest.raises(SpondyloError, match=message) as caught:
        check_leaks(ann(root, loaded))
    assert f'ratio {root} --name' in str(caught.value)
    assert 'p1' not in str(caught.value)


def test_films_without_labels_do_not_leak(tmp_path):
    unlabelled = film('test/c.jpg', 'p1', 'g1', vertebrae=0)
    check_leaks(ann(write_root(tmp_path, [*CLEAN, unlabelled])))


def test_siblings(tmp_path):
    root = write_root(tmp_path, [*CLEAN, film('val/c.jpg', 'p1')])
    other = ann(root, 'all')
    other.write_text(ann(root).read_text())
    check_leaks(other)  # of another name: not one of the three
    ann(root, 'val').write_text('{')
    with pytest.raises(SpondyloError, match=r'val\.json: cannot be read as JSON'):
        check_leaks(ann(root))
    ann(root, 'val').unlink()
    check_leaks(ann(root))


def test_allowing_leaks_is_logged(tmp_path, monkeypatch):
    root = write_root(tmp_path, [*CLEAN, film('val/c.jpg', 'p1')], images=True)
    arguments = dict(
        ann_file='annotations/val.json',
        data_root=str(root),
        data_prefix={'img': 'images/'},
    )
    with pytest.raises(SpondyloError, match='flatters'):
        SpondyloDataset(**arguments)
    logged = []
    monkeypatch.setattr(
        'spondylo_mmpose.datasets.leak_check.print_log',
        lambda text, logger, level: logged.append((text, level)),
    )
    assert len(SpondyloDataset(**arguments, allow_leaks=True)) == 4
    ((text, level),) = logged
    assert text.startswith('allow_leaks is set')
    assert level == logging.WARNING


@pytest.fixture
def split(tmp_path):
    root = write_root(tmp_path / 'root', many_films())
    make_split(root, 'kfold', 'cv', folds=2)
    return root / 'annotations/cv'


def test_files_of_a_split_pass(split):
    for fold in (0, 1):
        for name in ('train', 'val'):
            check_leaks(split / f'fold{fold}' / f'{name}.json')


def change_labels(split):
    def change(content):
        content['annotations'][0]['keypoints'][0] += 1

    edit_json(split / 'fold0/train.json', change)


def drop_the_mark(split):
    edit_json(split / 'fold0/train.json', lambda c: c['info'].pop('split'))


def edit_the_split(split):
    edit_json(split / 'split.json', lambda c: c['folds'][0]['files']['train'].pop())


@pytest.mark.parametrize(
    ('damage', 'message'),
    [
        (change_labels, 'not as the split was written'),
        (drop_the_mark, 'not as the split was written'),
        (edit_the_split, 'do not fit its digest'),
        (lambda s: (s / 'split.json').unlink(), r'split\.json is not beside it'),
        (
            lambda s: (s / 'fold1/train.json').replace(s / 'fold0/train.json'),
            'not as the split was written',
        ),
        (
            lambda s: (s / 'fold0/val.json').replace(s / 'fold1/train.json'),
            None,  # another fold's business
        ),
    ],
)
def test_edited_files_of_a_split_are_refused(split, damage, message):
    damage(split)
    if message is None:
        check_leaks(split / 'fold0/train.json')
        return
    with pytest.raises(SpondyloError, match=message):
        check_leaks(split / 'fold0/train.json')


def test_films_that_were_kept_together_on_request(tmp_path):
    root = write_root(tmp_path, [film(f'train/{i}.jpg', f'p{i}') for i in range(6)])
    lists = tmp_path / 'together.json'
    lists.write_text('[["train/0.jpg", "train/1.jpg", "train/2.jpg"]]')
    make_split(root, 'ratio', together=lists, ratios={'train': '0.5', 'val': '0.5'})
    for name in ('train', 'val'):
        check_leaks(root / f'annotations/ratio/{name}.json')
