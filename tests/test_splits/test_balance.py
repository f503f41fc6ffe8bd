import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedGroupKFold

from spondylo_mmpose.splits.balance import divide


def films_in(counts, parts, number):
    return [
        sum(int(row[0]) for row, part in zip(counts, parts, strict=True) if part == p)
        for p in range(number)
    ]


def counts_of(sizes, strata):
    """One stratum for each group."""
    counts = np.zeros((len(sizes), 1 + max(strata) + 1), np.int64)
    counts[:, 0] = sizes
    counts[np.arange(len(sizes)), 1 + np.array(strata)] = sizes
    return counts


def test_each_stratum_has_its_share():
    counts = counts_of([1] * 40, [0] * 20 + [1] * 20)
    parts = np.array(divide(counts, [70, 15, 15]))
    for stratum in (parts[:20], parts[20:]):
        assert np.bincount(stratum).tolist() == [14, 3, 3]


def test_large_groups_are_exchanged_for_small_ones():
    # Seven of ten films in the first part: 3 + 3 + 1 or 3 + 2 + 1 + 1 and the like.
    counts = counts_of([3, 3, 2, 1, 1], [0] * 5)
    assert films_in(counts, divide(counts, [7, 3]), 2) == [7, 3]


def test_no_part_is_empty():
    counts = counts_of([1, 1, 1], [0, 0, 1])
    assert sorted(divide(counts, [9000, 500, 500])) == [0, 1, 2]
    with pytest.raises(ValueError, match='2 groups for 3 parts'):
        divide(counts[:2], [1, 1, 1])


groups = st.lists(
    st.tuples(st.integers(1, 6), st.integers(0, 3)), min_size=8, max_size=60
)


@given(groups, st.sampled_from([[70, 15, 15], [1, 1], [1, 1, 1, 1], [9, 1]]))
def test_within_the_largest_group(groups, shares):
    counts = counts_of(*zip(*groups, strict=True))
    total, largest = counts[:, 0].sum(), counts[:, 0].max()
    wanted = np.array(shares) * total / sum(shares)
    films = films_in(counts, divide(counts, shares), len(shares))
    assert sum(films) == total
    assert min(films) > 0
    if wanted.min() >= largest:
        assert np.abs(films - wanted).max() <= largest


@given(groups)
def test_single_films_are_within_one(groups):
    strata = [stratum for _, stratum in groups]
    counts = counts_of([1] * len(strata), strata)
    parts = divide(counts, [1, 1, 1])
    films = films_in(counts, parts, 3)
    assert max(films) - min(films) <= 1


def squared_deviations(counts, parts, folds):
    held = np.array([counts[np.array(parts) == p].sum(axis=0) for p in range(folds)])
    return ((held - counts.sum(axis=0) / folds) ** 2).sum()


@pytest.mark.parametrize('seed', range(5))
def test_no_worse_than_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    counts = counts_of(rng.choice([1, 1, 1, 3], 120), rng.integers(0, 6, 120))
    stratum = np.repeat(counts[:, 1:].argmax(axis=1), counts[:, 0])
    group = np.repeat(np.arange(120), counts[:, 0])
    theirs = np.zeros(120, int)
    folds = StratifiedGroupKFold(5).split(stratum, stratum, group)
    for fold, (_, places) in enumerate(folds):
        theirs[group[places]] = fold
    ours = squared_deviations(counts, divide(counts, [1] * 5), 5)
    assert ours <= squared_deviations(counts, theirs, 5)
