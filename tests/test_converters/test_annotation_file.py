import re

import pytest

from spondylo_mmpose.converters.annotation_file import read_annotation_file
from spondylo_mmpose.errors import SpondyloError


def told_of(path):
    with pytest.raises(SpondyloError) as caught:
        read_annotation_file(path)
    start = f'{path}: no such annotation file; '
    assert str(caught.value).startswith(start)
    return str(caught.value).removeprefix(start)


def write(root, *names):
    for name in names:
        path = root / 'annotations' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root / 'annotations'


def test_a_set_that_is_all_train_is_to_be_divided(tmp_path):
    folder = write(tmp_path, 'train.json', 'r70/train.json', 'r70/val.json')
    ratio = f'"tools/split_dataset.py ratio {tmp_path} --name r70"'
    assert told_of(folder / 'val.json') == (
        f'its folder holds train.json alone; divide the films with {ratio} and set '
        'SPONDYLO_SPLIT=r70'
    )
    assert 'train.json and val.json alone' in told_of(folder / 'r70' / 'test.json')
    assert ratio in told_of(folder / 'r70' / 'test.json')
    # A name of one's own is no part of a split.
    assert 'convert_dataset.py' in told_of(folder / 'mine.json')


def test_of_folds_one_is_to_be_named(tmp_path):
    folder = write(tmp_path, 'train.json', 'cv/fold0/train.json', 'cv/fold1/train.json')
    assert told_of(folder / 'cv' / 'train.json') == (
        'cv has folds, of which a run takes one: set SPONDYLO_SPLIT=cv/fold0'
    )


def test_where_nothing_lies_a_set_is_to_be_made_or_named(tmp_path):
    told = told_of(tmp_path / 'none' / 'annotations' / 'val.json')
    assert re.match('make one with tools/convert_dataset.py .* SPONDYLO_DATA', told)
