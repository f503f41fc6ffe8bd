"""A film that two models disagree on is looked at upside down too."""

import math
from dataclasses import replace

import numpy as np
import pytest

from spondylo_mmpose.film_report.reporter import FilmReporter
from spondylo_mmpose.film_report.turned import DOUBT, fits_turned, look_again
from spondylo_mmpose.screening import SpineScreen
from tests.test_film_report.helpers import MODEL, codes, found_in, spine

# The median end plate of these spines is 100 px long.
CLEAR, DOUBTFUL = 100 * DOUBT - 1, 100 * DOUBT + 1


def disagreeing(pixels, scores=0.9):
    """A spine whose corners another model places so many px away."""
    others = None if pixels is None else spine() + [pixels, 0]
    return found_in(spine(), scores, finder_corners=others)


class TwoMinds:
    """Disagrees by the grey value of the film's upper left corner, in px."""

    facts = MODEL

    def __init__(self):
        self.films, self.quick = [], []

    def find(self, films, quick=False):
        self.films += [film.copy() for film in films]
        self.quick += [quick] * len(films)
        return [disagreeing(float(film[0, 0])) for film in films]


def film(first, last):
    """Grey in its first corner, and in its last, which is first upside down."""
    pixels = np.full((600, 500), 90, np.uint8)
    pixels[0, 0], pixels[-1, -1] = first, last
    return pixels


def test_only_doubtful_films_are_looked_at_again():
    model = TwoMinds()
    films = [film(0, 2), film(9, 3), film(1, 2), film(20, 5)]
    found = look_again(model, films, model.find(films), 0.3)
    assert len(model.films) == 6
    assert model.quick == [False] * 4 + [True] * 2
    assert np.array_equal(model.films[4], films[1][::-1, ::-1])
    assert [one.turned is None for one in found] == [True, False, True, False]
    assert fits_turned(found[1]) == pytest.approx(3.0)
    assert fits_turned(found[3]) == pytest.approx(4.0)


@pytest.mark.parametrize(
    ('apart', 'scores', 'looked'),
    [(CLEAR, 0.9, 0), (DOUBTFUL, 0.9, 1), (DOUBTFUL, 0.1, 0), (None, 0.9, 0)],
)
def test_when_there_is_doubt(apart, scores, looked):
    model = TwoMinds()
    look_again(model, [film(0, 0)], [disagreeing(apart, scores)], 0.3)
    assert len(model.films) == looked


def test_the_ratio_is_unknown_without_a_second_look():
    found = disagreeing(10.0)
    assert math.isnan(fits_turned(found))
    nothing = found.chosen(np.zeros(6, dtype=bool))
    assert math.isnan(fits_turned(replace(found, turned=nothing)))
    # Two models that agree exactly are no proof beyond measure.
    assert fits_turned(replace(found, turned=disagreeing(0.0))) == pytest.approx(100)


@pytest.mark.parametrize(
    ('upright', 'turned', 'expected'),
    [
        (6, 6, []),
        (6, 4.5, [('upside_down', 'caution')]),
        (6, 3, [('upside_down', 'refusal')]),
        # Worse than any rule, but there is a way to mend it.
        (30, 10, [('upside_down', 'refusal')]),
        (30, 25, [('not_lumbar_lateral', 'refusal')]),
    ],
)
def test_films_that_fit_better_upside_down(upright, turned, expected):
    found = replace(disagreeing(upright), turned=disagreeing(turned))
    warnings = SpineScreen().screen(film(0, 0), found).warnings
    assert [(one.code, one.severity) for one in warnings] == expected


def test_a_report_says_to_turn_the_film():
    (result,) = FilmReporter(TwoMinds(), screen=SpineScreen()).each([film(12, 4)])
    assert 'upside_down' in codes(result.report)
    assert all(pair.slip_percent is None for pair in result.report.pairs)
    told = result.report.screen.signals['upside_down']
    assert told.value == pytest.approx(3.0)


def test_without_a_screen_nobody_looks_twice():
    model = TwoMinds()
    list(FilmReporter(model).each([film(12, 4)]))
    assert len(model.films) == 1
