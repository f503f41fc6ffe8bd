"""Films to a file of limits, with a model that says what it is told."""

import argparse

import cv2
import numpy as np
import pytest

from spondylo_mmpose.apis import fit_screen_tool as tool
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report.found import FoundVertebrae
from spondylo_mmpose.film_report.reporter import FilmReporter
from spondylo_mmpose.screening import SpineScreen, load_screen
from tests.test_film_report.helpers import MODEL, spine

OPTIONS = ('--config', 'a.py', '--checkpoint', 'a.pth')


class DimModel:
    """The darker a film, the less sure: deviations are what its mean lacks to 255."""

    facts = MODEL

    def find(self, films, quick=False):
        return [
            FoundVertebrae(
                spine(),
                np.full(6, 0.9),
                corner_std=np.full((6, 4), (255 - film.mean()) / 10),
            )
            for film in films
        ]


@pytest.fixture
def films(tmp_path):
    folder = tmp_path / 'films'
    folder.mkdir()
    for number in range(20):
        grey = np.full((64, 64), 120 + 5 * number, np.uint8)
        cv2.imwrite(str(folder / f'{number:02}.png'), grey)
    return folder


@pytest.fixture
def parse(monkeypatch):
    monkeypatch.setattr(tool, 'build_inferencer', lambda args: FilmReporter(DimModel()))

    def parsed(*words):
        parser = argparse.ArgumentParser()
        tool.add_options(parser)
        return parser.parse_args([str(word) for word in (*words, *OPTIONS)])

    return parsed


def test_films_become_limits(films, tmp_path, parse):
    out = tmp_path / 'screen.json'
    lines = tool.fit_screen(parse(films, '--out', out, '--views', 1))
    assert lines[0] == 'learned from 20 views of 20 films'
    assert lines[-1] == f'written: {out}'
    limits = load_screen(out)
    # Means of 120 to 215: the dimmest film has deviations of 13.5 px on 100.
    assert limits.limits['deviation'].caution == pytest.approx(0.135, abs=1e-4)
    assert limits.facts['model'] == 'fake'
    assert limits.facts['weights_sha256'] == ['b' * 64]
    # The model tells no corner scores.
    assert 'scores' not in limits.limits
    reporter = FilmReporter(DimModel(), screen=SpineScreen(limits, 'c' * 64))
    told = [
        [one.code for one in result.report.warnings if 'film' in one.code]
        for result in reporter.each([np.full((64, 64), v, np.uint8) for v in (150, 90)])
    ]
    assert told == [[], ['unusual_film']]


def test_views_are_repeatable_and_leave_chance_alone():
    pixels = np.random.default_rng(0).integers(0, 256, (96, 96), np.uint8)
    np.random.seed(3)
    expected = np.random.uniform()
    np.random.seed(3)
    views = list(tool.film_views(pixels, 3, seed=5))
    assert np.random.uniform() == expected
    again = list(tool.film_views(pixels, 3, seed=5))
    np.testing.assert_array_equal(views[0], pixels)
    for one, other in zip(views, again, strict=True):
        np.testing.assert_array_equal(one, other)
    assert (views[1] != pixels).any()
    assert (views[1] != views[2]).any()
    other = list(tool.film_views(pixels, 2, seed=6))[1]
    assert (views[1] != other).any()


def test_a_film_that_cannot_be_read_is_not_passed_over(films, tmp_path, parse):
    (films / '21.png').write_text('no film')
    with pytest.raises(SpondyloError, match=r'21\.png'):
        tool.fit_screen(parse(films, '--out', tmp_path / 'screen.json'))
    assert not (tmp_path / 'screen.json').exists()


def test_options_that_make_no_sense(films, tmp_path, parse):
    for words, complaint in (
        (('--views', 0), '--views 0'),
        (('--caution-rate', 0.01, '--views', 1), '20 films are too few'),
    ):
        with pytest.raises(SpondyloError, match=complaint):
            tool.fit_screen(parse(films, '--out', tmp_path / 'screen.json', *words))
    with pytest.raises(SpondyloError, match='nowhere'):
        tool.fit_screen(parse(films / 'nowhere', '--out', tmp_path / 'screen.json'))
