"""Which side is anterior, who tells it, and what is said of that."""

import pytest

from spondylo_mmpose.film_report import reasons
from spondylo_mmpose.film_report.spine_report import ReportOptions
from tests.test_film_report.helpers import LEFTWARD, codes, report_of, spine


def test_a_facing_that_nothing_tells_is_not_guessed():
    upright = spine((200, 200, 200))
    report = report_of(upright, options=ReportOptions())
    assert report.film.facing is None
    assert report.film.reasons['facing'] == reasons.FACING
    assert codes(report)[0] == 'facing_unknown'
    for pair in report.pairs:
        assert (pair.slip_percent, pair.grade, pair.direction) == (None, None, None)
        assert pair.reasons['grade'] == reasons.FACING


@pytest.mark.parametrize(
    ('facts', 'options', 'expected'),
    [
        ({}, ReportOptions(facing='right'), ('right', 'given', None)),
        (
            {'facing': 'right', 'facing_origin': 'dicom'},
            ReportOptions(),
            ('right', 'dicom', None),
        ),
        (
            {'facing': 'right', 'facing_origin': 'dicom'},
            LEFTWARD,
            ('left', 'given', None),
        ),
    ],
)
def test_who_tells_the_facing(facts, options, expected):
    known = report_of(facts=facts, options=options).film
    assert (known.facing, known.facing_origin, known.facing_confidence) == expected


def test_a_weak_facing_is_told_of():
    leaning = spine((200, 190, 180, 175, 175, 175))
    leaning[0, 0, 1] += 28
    report = report_of(leaning, options=ReportOptions())
    assert report.film.facing_origin == 'inferred'
    assert report.film.facing == 'left'
    assert 0.2 <= report.film.facing_confidence < 0.4
    assert 'facing_unsure' in codes(report)
    assert report.pairs[0].slip_percent is not None


@pytest.mark.parametrize(
    ('facts', 'options', 'told'),
    [
        ({}, ReportOptions(facing='right'), True),
        ({'facing': 'right', 'facing_origin': 'dicom'}, ReportOptions(), True),
        ({'facing': 'left', 'facing_origin': 'dicom'}, ReportOptions(), False),
        ({}, ReportOptions(), False),
    ],
)
def test_a_facing_that_the_spine_contradicts_is_told_of(facts, options, told):
    # Five lordotic vertebrae above a sacrum that lies behind them: they face left.
    facing_left = spine((240, 200, 180, 175, 180, 190))
    facing_left[0, :2, 1] += [30, 0]
    report = report_of(facing_left, facts, options=options)
    assert ('facing_disagrees' in codes(report)) == told
