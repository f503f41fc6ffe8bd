import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spondylo_mmpose.converters.film_groups import divided_films
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.splits.methods import kfold, manual, official, ratio

from .helpers import film, many_films, source_of

SHARES = {'train': '0.7', 'val': '0.15', 'test': '0.15'}


@st.composite
def films(draw, least=8):
    """Films whose patients and groups overlap as they like."""
    number = draw(st.integers(least, 30))
    name = st.none() | st.integers(0, 25).map(str)
    return [
        film(
            f'{draw(st.sampled_from(["train", "val"]))}/{i}.jpg', draw(name),
            draw(name), draw(st.sampled_from(['buu', 'honduran', 'aasce'])),
            draw(st.integers(1, 5)),
        )
        for i in range(number)
    ]  # fmt: skip


def assert_divides(source, files, left_out=()):
    """Every film once, and nothing that belongs together apart."""
    names = [name for members in files.values() for name in members]
    assert sorted([*names, *left_out]) == [one.name for one in source.films]
    images = {one.name: one.image for one in source.films}
    members = {split: [images[name] for name in files[split]] for split in files}
    assert divided_films(members) == []


def try_to_divide(make, parts):
    """The division, or ``None`` where there are fewer groups than parts."""
    try:
        return make()
    except SpondyloError as error:
        assert f'{parts} parts are wanted' in str(error)
        return None


@settings(max_examples=40)
@given(films(), st.integers(0, 3), st.randoms(use_true_random=False))
def test_ratio_divides_whatever_films(films, seed, shuffler):
    source = source_of(films)
    split = try_to_divide(lambda: ratio(source, SHARES, seed), 3)
    if split is None:
        return
    assert_divides(source, split.folds[0])
    assert list(split.folds[0]) == ['train', 'val', 'test']
    shuffler.shuffle(films)
    assert ratio(source_of(films), SHARES, seed) == split


@settings(max_examples=40)
@given(films(), st.integers(2, 4), st.sampled_from(['0', '0.2']))
def test_kfold_divides_whatever_films(films, folds, share):
    source = source_of(films)
    try:
        split = kfold(source, folds, share)
    except SpondyloError as error:
        assert 'parts are wanted' in str(error)
        return
    assert len(split.folds) == folds
    for files in split.folds:
        assert_divides(source, files)
        assert files.get('test') == split.folds[0].get('test')
    assert ('test' in split.folds[0]) == (share != '0')
    validated = [name for files in split.folds for name in files['val']]
    assert len(validated) == len(set(validated))
    held_out = split.folds[0].get('test', ())
    assert len(validated) + len(held_out) == len(films)


def test_ratio_of_a_small_data_set_is_stratified():
    split = ratio(source_of(many_films()), SHARES).folds[0]
    # 25 films: 17.5, 3.75, 3.75; of each source's 19 and 6 as near as groups allow.
    assert [len(names) for names in split.values()] == [17, 4, 4]
    honduran = {f'train/{i:02d}.jpg' for i in range(14, 20)}
    assert [len(honduran & set(names)) for names in split.values()] == [4, 1, 1]


def test_a_ratio_of_nothing_makes_no_split():
    split = ratio(source_of(many_films()), {'train': 0.8, 'val': 0, 'test': 0.2})
    assert [(k, len(v)) for k, v in split.folds[0].items()] == [
        ('train', 20),
        ('test', 5),
    ]


def test_seeds_differ_and_digests_tell():
    source = source_of(many_films())
    digests = {ratio(source, SHARES, seed).digest for seed in range(5)}
    assert len(digests) == 5
    # Fixed: a split is the same on every machine and in every later version.
    assert ratio(source, SHARES).digest == (
        '65c3a2f38f76b6980f8c2e5668f1dc9436bf6fc125d3ec46bf79a474b94167ef'
    )


@pytest.mark.parametrize(
    ('ratios', 'message'),
    [
        (('0.7', '0.2', '0.2'), 'sum to 1.1, not to 1'),
        (('0.7', '0.2'), 'sum to 0.9, not to 1'),
        (('1.2', '-0.2'), 'between 0 and 1'),
        (('1', '0'), 'at least two splits'),
        (('a', '0.5'), 'is no number'),
        (('nan', '0.5'), 'is no number'),
        (('1/3', '2/3'), 'up to 4 decimals'),
    ],
)
def test_ratios_that_are_none(ratios, message):
    shares = dict(zip(('train', 'val', 'test'), ratios, strict=False))
    with pytest.raises(SpondyloError, match=message):
        ratio(source_of(many_films()), shares)


@pytest.mark.parametrize(
    ('folds', 'share', 'message'),
    [
        (1, '0', 'at least 2 folds'),
        (21, '0', '21 parts are wanted, but there are only 20 groups'),
        (2, '1', 'leaves nothing'),
        (2, '-1', 'between 0 and 1'),
    ],
)
def test_folds_that_are_none(folds, share, message):
    with pytest.raises(SpondyloError, match=message):
        kfold(source_of(many_films()), folds, share)


def test_three_groups_of_one_source_do_not_disturb():
    few = [film(f'train/k{i}.jpg', f'k{i}', source='korea') for i in range(3)]
    split = kfold(source_of(many_films() + few), 5)
    korean = [
        sum(name.startswith('train/k') for name in files['val'])
        for files in split.folds
    ]
    assert sorted(korean) == [0, 0, 1, 1, 1]


def test_official_split():
    films = [film('train/a.jpg', 'p1'), film('val/b.jpg', 'p2')]
    assert official(source_of(films)).folds == (
        {'train': ('train/a.jpg',), 'val': ('val/b.jpg',)},
    )
    with pytest.raises(SpondyloError, match=r'divides 1 patient .* train and val'):
        official(source_of(films), [['train/a.jpg', 'val/b.jpg']])
    with pytest.raises(SpondyloError, match='divides 5 patients'):
        official(source_of(many_films()))


def test_lists_keep_films_together():
    source = source_of([film(f'train/{i}.jpg', f'p{i}') for i in range(12)])
    lists = [[f'train/{i}.jpg' for i in range(6)]]
    for split in (ratio(source, {'train': 0.5, 'val': 0.5}, together=lists),):
        assert set(split.folds[0]['train']) in (
            set(lists[0]),
            {one.name for one in source.films} - set(lists[0]),
        )


class TestManual:
    FILMS = (
        film('train/a.jpg', 'p1', 'g1'),
        film('train/b.jpg', 'p2', 'g1'),
        film('val/c.jpg', 'p3'),
        film('val/d.jpg', 'p4'),
    )
    SOURCE = source_of(FILMS)

    def test_films_follow_those_that_they_belong_to(self):
        split = manual(self.SOURCE, {'train': ['p1'], 'val': ['p3', 'p4']})
        assert split.folds[0] == {
            'train': ('train/a.jpg', 'train/b.jpg'),
            'val': ('val/c.jpg', 'val/d.jpg'),
        }

    def test_rest(self):
        named = {'val': ['p3']}
        split = manual(self.SOURCE, named, 'train')
        assert split.folds[0]['train'] == ('train/a.jpg', 'train/b.jpg', 'val/d.jpg')
        split = manual(self.SOURCE, named, 'leave-out')
        assert split.folds[0] == {'val': ('val/c.jpg',)}
        assert split.left_out == ('train/a.jpg', 'train/b.jpg', 'val/d.jpg')

    @pytest.mark.parametrize(
        ('named', 'message'),
        [
            ({'train': ['p1'], 'val': ['p9']}, 'is of patient p9'),
            ({'train': ['p1'], 'val': ['p1']}, 'p1 is named twice'),
            ({'train': ['p1', 'p1']}, 'p1 is named twice'),
            ({'train': ['p1'], 'val': ['p2']}, 'p1, p2 share a film'),
            ({'train': ['p1']}, '2 labelled films are of patients that no list'),
        ],
    )
    def test_lists_that_cannot_be(self, named, message):
        with pytest.raises(SpondyloError, match=message):
            manual(self.SOURCE, named)

    def test_nobody_named(self):
        with pytest.raises(SpondyloError, match='no patient is named'):
            manual(self.SOURCE, {}, 'leave-out')


def test_order_of_films_does_not_matter_to_the_digest():
    films = many_films()
    digest = kfold(source_of(films), 3).digest
    random.Random(1).shuffle(films)
    assert kfold(source_of(films), 3).digest == digest
