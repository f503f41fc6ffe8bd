"""Many films through one model."""

import weakref
from dataclasses import replace

import numpy as np
import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report.reporter import FilmReporter
from spondylo_mmpose.film_report.screening import Screened
from spondylo_mmpose.film_report.spine_report import (
    ReportOptions,
    ReportWarning,
    SpineReport,
)
from tests.test_film_report.helpers import SLIPS, FakeModel, spine

GREY = np.full((640, 640), 90, np.uint8)
BLACK = np.zeros((640, 640), np.uint8)
OPTIONS = ReportOptions(facing='left')


def test_results_keep_the_order_and_batches_their_size():
    model = FakeModel()
    films = [GREY + i for i in range(5)]
    results = list(FilmReporter(model, batch_size=2).each(films, OPTIONS))
    assert [result.source is film for result, film in zip(results, films, strict=True)]
    assert model.sizes == [2, 2, 1]
    for result, film in zip(results, films, strict=True):
        np.testing.assert_array_equal(result.film.pixels, film)
        assert [one.slip_percent for one in result.report.pairs] == SLIPS
        assert result.error is None


def test_one_bad_film_costs_no_other(tmp_path):
    text = tmp_path / 'text.png'
    text.write_text('no film')
    films = [GREY, BLACK, text, GREY.astype(float), GREY, GREY]
    results = list(FilmReporter(FakeModel(), batch_size=6).each(films, OPTIONS))
    errors = [result.error for result in results]
    assert errors[0] is errors[4] is errors[5] is None
    assert errors[1] == 'the model failed: RuntimeError: no light'
    assert 'text.png: cannot be read' in errors[2]
    assert 'is no film' in errors[3]
    assert [result.report is None for result in results] == [
        False, True, True, True, False, False,
    ]  # fmt: skip


def test_films_are_let_go():
    alive = []

    def films():
        for _ in range(20):
            film = GREY.copy()
            alive.append(weakref.ref(film))
            yield film

    most = 0
    for result in FilmReporter(FakeModel(), batch_size=3).each(films(), OPTIONS):
        del result
        most = max(most, sum(one() is not None for one in alive))
    assert len(alive) == 20
    assert most <= 2 * 3


def test_a_screen_is_asked():
    class Screen:
        def screen(self, pixels, found):
            assert pixels.shape == GREY.shape
            np.testing.assert_array_equal(found.corners, spine())
            hand = ReportWarning('a_hand', 'refusal', 'this is a hand')
            return Screened([hand])

    reporter = FilmReporter(FakeModel(), screen=Screen())
    (result,) = reporter.each([GREY], OPTIONS)
    assert result.report.refused
    assert result.report.pairs[0].grade is None


@pytest.mark.parametrize(
    ('change', 'complaint'),
    [
        ({'facing': 'up'}, 'facing='),
        ({'spacing_mm': (0.0, 1.0)}, 'spacing_mm='),
        ({'spacing_mm': (0.1,)}, 'spacing_mm='),
        ({'spacing_mm': 0.1}, 'spacing_mm='),
        ({'spacing_mm': ('a', 'b')}, 'spacing_mm='),
        ({'spacing_mm': (float('nan'), 1.0)}, 'spacing_mm='),
        ({'pixel_aspect': 0.0}, 'pixel_aspect='),
        ({'pixel_aspect': 1.0, 'spacing_mm': (1.0, 1.0)}, 'not both'),
        ({'lowest_level': 'L6'}, 'is no level'),
        ({'score_threshold': 1.5}, 'score_threshold='),
        ({'no_slip_threshold': -1.0}, 'no_slip_threshold='),
        ({'score_threshold': 'a'}, 'score_threshold='),
        ({'interval_level': 1.0}, 'interval_level='),
        ({'interval_level': None}, 'interval_level='),
    ],
)
def test_options_that_make_no_sense(change, complaint):
    options = replace(ReportOptions(), **change)
    with pytest.raises(SpondyloError, match=complaint):
        next(FilmReporter(FakeModel()).each([GREY], options))


def test_numbers_of_other_libraries_are_options_too():
    told = np.float32([0.5, 0.25])
    options = ReportOptions(spacing_mm=tuple(told), score_threshold=told[0])
    (result,) = FilmReporter(FakeModel()).each([GREY], options)
    again = SpineReport.from_json(result.report.to_json())
    assert again.options.spacing_mm == (0.5, 0.25)
    assert again.options.score_threshold == 0.5


@pytest.mark.parametrize('film', ['film.png', b'film', GREY])
def test_a_single_film_is_not_taken_for_many(film):
    with pytest.raises(SpondyloError, match='put a single one into a list'):
        next(FilmReporter(FakeModel()).each(film))


def test_a_batch_of_none():
    with pytest.raises(SpondyloError, match='batch_size=0'):
        FilmReporter(FakeModel(), batch_size=0)
