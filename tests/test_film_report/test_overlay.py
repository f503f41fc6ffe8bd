"""What a report looks like on its film."""

import numpy as np
import pytest

from spondylo_mmpose.film_report.building import build_report
from spondylo_mmpose.film_report.overlay import SIDES, report_overlay
from spondylo_mmpose.film_report.overlay_panel import WIDTH, grade_colour
from spondylo_mmpose.film_report.spine_report import ASSUMED, SLOT, ReportOptions
from spondylo_mmpose.film_report.texts import (
    origin_text,
    slip_text,
    warning_text,
)
from spondylo_mmpose.presentation.drawing import MISSED, PREDICTION
from tests.test_film_report.helpers import MODEL, film, found_in, spine


def drawn(corners, size=(640, 640), **options):
    asked = ReportOptions(**{'facing': 'left', **options})
    facts = film(width=size[1], height=size[0])
    report = build_report(found_in(corners), facts, MODEL, asked)
    return report_overlay(np.zeros(size, np.uint8), report)


@pytest.mark.parametrize(
    ('size', 'expected'),
    [
        ((640, 640), (960, 960)),
        ((3000, 2000), (1280, 853)),
        ((1000, 1100), (1000, 1100)),
        ((20, 4000), (6, 1280)),
    ],
)
def test_films_come_in_a_size_on_which_writing_is_legible(size, expected):
    image = drawn(spine() * size[0] / 640, size)
    assert image.dtype == np.uint8
    assert image.shape[1] == expected[1] + WIDTH
    assert image.shape[0] >= expected[0]
    assert max(expected) in (*SIDES, 1100)


def colour_at(image, x, y):
    return image[round(y * 1.5), round(x * 1.5)].astype(int)


def test_corners_and_slips_are_where_they_should_be():
    image = drawn(spine())
    # A corner on which no slip is measured: anterior and inferior on L2.
    assert np.abs(colour_at(image, 190, 240) - PREDICTION).max() < 30
    # L5's slip on S1 goes from S1's posterior corner 20 px forward.
    for x in (298, 290, 282):
        assert np.abs(colour_at(image, x, 500) - grade_colour('I')).max() < 30
    assert np.abs(colour_at(image, 250, 500) - grade_colour('I')).max() < 120


def test_cautioned_vertebrae_have_a_colour_of_their_own():
    image = drawn(spine()[1:])  # hardly S1
    assert np.abs(colour_at(image, 180, 480) - MISSED).max() < 30


def test_anything_can_be_drawn():
    corners = spine()
    corners[1] += 5000
    corners[2, 1] = np.nan
    corners[3] = np.nan
    drawn(corners)
    drawn(corners[:0])
    drawn(spine(), facing=None)
    drawn(spine(), lowest_level='T1')


def test_texts_and_colours():
    report = build_report(found_in(spine()[1:]), film(), MODEL, ReportOptions())
    texts = [warning_text(report, one) for one in report.warnings]
    assert any(
        text.startswith('S1: the lowest vertebra found has not') for text in texts
    )
    assert origin_text(SLOT) == 'named by the model'
    assert origin_text(ASSUMED) == ASSUMED
    assert slip_text(7.94) == '+7.9 %'
    assert slip_text(-7.94) == '\u22127.9 %'
    assert grade_colour('I-II, uncertain') == grade_colour('II')
    assert grade_colour('0') != grade_colour('I') != grade_colour('III')
    assert grade_colour('III') == grade_colour('V')
