"""What the benchmark of screens counts, with a model that says what it is told."""

import cv2
import numpy as np
import pytest

from spondylo_mmpose.benchmarks.film_sets import FilmSet, made_sets
from spondylo_mmpose.benchmarks.screening import (
    CANDIDATES,
    Tried,
    auroc,
    folder_set,
    summarise,
    tables,
    try_set,
    verdict,
)
from spondylo_mmpose.film_report.screening import Screened
from spondylo_mmpose.film_report.spine_report import ReportWarning
from spondylo_mmpose.screening import SpineScreen
from tests.test_film_report.helpers import FakeModel, found_in, spine

NAN = np.nan


@pytest.mark.parametrize(
    ('right', 'other', 'expected'),
    [
        ([1, 2], [3, 4], 1.0),
        ([3, 4], [1, 2], 0.0),
        ([1, 3], [2, 4], 0.75),
        ([1, 1], [1, 1], 0.5),
        ([1, 2], [NAN, 3], 0.5),
        ([NAN], [NAN], 0.5),
        ([], [1], NAN),
    ],
)
def test_auroc_by_hand(right, other, expected):
    told = auroc(np.array(right, float), np.array(other, float))
    assert told == pytest.approx(expected, nan_ok=True)


class Halves(FakeModel):
    """Finds a spine on bright pictures, corners anywhere on the others."""

    def find(self, films, quick=False):
        anywhere = np.random.default_rng(0).uniform(0, 640, (7, 4, 2))
        return [found_in(spine() if one[0, 0] > 99 else anywhere) for one in films]


def flat(name, right, *greys):
    def make(number):
        return np.full((64, 64), greys[number], np.uint8)

    return FilmSet(name, right, range(len(greys)), make)


def test_sets_become_tables():
    sets = flat('films', True, 200, 210, 220), flat('hands', False, 50, 60, 230)
    tried = [try_set(one, Halves(), {'rules': SpineScreen()}, 2) for one in sets]
    assert [one.found for one in tried] == [(6, 6, 6), (7, 7, 6)]
    assert tried[1].verdicts == {'rules': ('refusal', 'refusal', 'none')}
    summary = summarise(tried)
    assert summary['pictures'] == {'films': 3, 'hands': 3}
    assert summary['screens']['rules']['films'] == {
        'refusal': 0, 'caution': 0, 'none': 1,
    }  # fmt: skip
    assert summary['screens']['rules']['hands']['refusal'] == pytest.approx(2 / 3)
    # Two of three hands are above all films, one is like them.
    told = summary['signals']['askew']['hands']
    assert told['auroc'] == pytest.approx((2 + 0.5) / 3)
    assert told['above'] == pytest.approx(2 / 3)
    # The model tells neither.
    assert not {'deviation', 'presence'} & set(summary['signals'])
    text = tables(summary)
    assert '| hands | 3 | 67 / 0 / 33 |' in text
    assert '| `askew` |' in text


def test_a_picture_without_vertebrae_is_flagged():
    empty, full = found_in(spine()[:0]), found_in(spine())
    told = [verdict(Screened(), found) for found in (empty, full)]
    assert told == ['caution', 'none']
    values = {name: np.full(2, NAN) for name in CANDIDATES}
    tried = Tried('empty', False, values, (0, 6), {'rules': tuple(told)})
    assert tried.shares('rules') == {'refusal': 0.0, 'caution': 0.5, 'none': 0.5}


def test_the_worst_warning_is_the_verdict():
    warnings = [ReportWarning('a', said, 'text') for said in ('caution', 'refusal')]
    assert verdict(Screened(warnings), found_in(spine())) == 'refusal'


def test_a_folder_is_a_set(tmp_path):
    for number in range(2):
        cv2.imwrite(str(tmp_path / f'{number}.png'), np.full((9, 7), number, np.uint8))
    films = folder_set('hands', tmp_path, False)
    assert [(one.shape, one[0, 0]) for one in films.pictures()] == [
        ((9, 7), 0), ((9, 7), 1),
    ]  # fmt: skip


def test_made_sets_are_pictures():
    sets = made_sets()
    assert len({one.name for one in sets}) == len(sets)
    for one in sets:
        # Phantoms take a moment each.
        number = one.numbers[0]
        picture = one.make(number)
        assert picture.dtype == np.uint8
        assert picture.ndim == 2
        assert min(picture.shape) >= 64, one.name
        np.testing.assert_array_equal(picture, one.make(number))
