"""What a screen says of films."""

import json
import math

import numpy as np
import pytest

from spondylo_mmpose.film_report.building import build_report
from spondylo_mmpose.film_report.report_json import schema
from spondylo_mmpose.film_report.reporter import FilmReporter
from spondylo_mmpose.film_report.spine_report import ReportOptions, SpineReport
from spondylo_mmpose.screening import (
    RULES,
    SIGNALS,
    Limit,
    ScreenLimits,
    SpineScreen,
    make_screen,
    write_screen,
)
from spondylo_mmpose.utils.io import file_digest
from tests.test_film_report.helpers import MODEL, FakeModel, film, found_in, spine

GREY = np.full((640, 640), 90, np.uint8)
SCREEN = SpineScreen()


def scattered(number=7, seed=0):
    """Corners anywhere, as they are found on noise."""
    return np.random.default_rng(seed).uniform(0, 640, (number, 4, 2))


def codes(screened):
    return [(one.code, one.severity) for one in screened.warnings]


def test_a_spine_passes_and_is_told_of():
    screened = SCREEN.screen(GREY, found_in(spine(), corner_std=np.full((6, 4), 4.0)))
    assert codes(screened) == []
    assert screened.facts.by == 'rules'
    assert set(screened.facts.signals) == {*RULES.limits, 'upside_down'}
    assert screened.facts.signals['upside_down'].value is None
    told = screened.facts.signals['deviation']
    assert (told.value, told.caution, told.refusal) == (
        pytest.approx(0.04, abs=0.01),
        RULES.limits['deviation'].caution,
        RULES.limits['deviation'].refusal,
    )


@pytest.mark.parametrize('seed', range(20))
def test_corners_anywhere_are_refused(seed):
    (told,) = SCREEN.screen(GREY, found_in(scattered(seed=seed))).warnings
    assert (told.code, told.severity) == ('not_lumbar_lateral', 'refusal')
    assert told.text.startswith('nothing is measured, since ')
    assert '\n' not in told.text


@pytest.mark.parametrize(
    ('value', 'expected'),
    [
        (0.1, []),
        (0.2, [('unusual_film', 'caution')]),
        (0.3, [('not_lumbar_lateral', 'refusal')]),
    ],
)
def test_two_limits(value, expected):
    screen = SpineScreen(ScreenLimits({'deviation': Limit(0.15, 0.25)}), 'a' * 64)
    # End plates of S1 are 100 and 60 px long, so that the median is that of bodies.
    found = found_in(spine(), corner_std=np.full((6, 4), 100 * value))
    screened = screen.screen(GREY, found)
    assert codes(screened) == expected
    assert screened.facts.by == 'file'


@pytest.mark.parametrize(
    ('apart', 'expected'),
    [
        (6, []),
        (8, [('unusual_film', 'caution')]),
        (15, [('not_lumbar_lateral', 'refusal')]),
    ],
)
def test_where_two_models_disagree(apart, expected):
    # End plates of bodies are 100 px long.
    found = found_in(spine(), finder_corners=spine() + [apart, 0])
    assert codes(SCREEN.screen(GREY, found)) == expected


def test_the_furthest_above_its_limit_is_named():
    limits = {'deviation': Limit(0.01, 0.02), 'scores': Limit(0.1, 0.15)}
    found = found_in(
        spine(), corner_std=np.full((6, 4), 5.0), corner_scores=np.full((6, 4), 0.5)
    )
    # 0.5 / 0.15 is more than 0.05 / 0.02.
    (told,) = SpineScreen(ScreenLimits(limits)).screen(GREY, found).warnings
    assert SIGNALS['scores'].text in told.text
    assert '(0.50, limit 0.15)' in told.text


def test_what_a_model_does_not_tell_is_left_out():
    screened = SCREEN.screen(GREY, found_in(spine()))
    assert codes(screened) == []
    assert screened.facts.signals['deviation'].value is None


@pytest.mark.parametrize('number', [1, 2])
def test_too_few_to_tell(number):
    screened = SCREEN.screen(GREY, found_in(spine()[:number]))
    assert codes(screened) == [('too_few_to_screen', 'caution')]


def test_nothing_found_is_said_elsewhere():
    screened = SCREEN.screen(GREY, found_in(spine()[:0]))
    assert codes(screened) == []
    assert all(one.value is None for one in screened.facts.signals.values())


def test_none_may_be_a_limit():
    limits = {'deviation': Limit(None, 0.02), 'scores': Limit(0.1, None)}
    found = found_in(spine(), corner_scores=np.full((6, 4), 0.5))
    screened = SpineScreen(ScreenLimits(limits)).screen(GREY, found)
    assert codes(screened) == [('unusual_film', 'caution')]


def test_a_report_of_a_refused_film():
    results = FilmReporter(FakeModel(scattered()), screen=SCREEN).each([GREY])
    (report,) = (one.report for one in results)
    assert report.refused
    assert all(pair.grade is None for pair in report.pairs)
    assert report.screen.by == 'rules'
    assert SpineReport.from_json(report.to_json()) == report


@pytest.mark.parametrize('corners', [spine(), spine()[:1], spine()[:0], scattered()])
def test_reports_keep_to_the_schema(corners):
    jsonschema = pytest.importorskip(
        'jsonschema', reason='jsonschema is in requirements/dev.txt'
    )
    found = found_in(corners)
    report = build_report(
        found, film(), MODEL, ReportOptions(), None, SCREEN.screen(GREY, found)
    )
    jsonschema.Draft202012Validator(schema()).validate(json.loads(report.to_json()))


def test_identity(tmp_path):
    path = write_screen(tmp_path / 'screen.json', RULES)
    assert make_screen(True).identity == 'rules 4'
    assert make_screen(path).identity == file_digest(path)
    assert make_screen(False) is None
    assert make_screen(SCREEN) is SCREEN


def test_rules_caution_before_they_refuse():
    for limit in RULES.limits.values():
        assert 0 < limit.caution < limit.refusal < math.inf
