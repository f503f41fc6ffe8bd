"""Reports of spines whose measures are known by hand."""

import json
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from spondylo_mmpose.film_report import reasons
from spondylo_mmpose.film_report.building import build_report
from spondylo_mmpose.film_report.screening import Screened
from spondylo_mmpose.film_report.spine_report import (
    NOTICE,
    ReportOptions,
    ReportWarning,
    SpineReport,
)
from tests.test_film_report.helpers import (
    HALF_MM,
    LEFTWARD,
    MODEL,
    SLIPS,
    SQUARE,
    about,
    codes,
    film,
    found_in,
    report_of,
    spine,
)

LEVELS = ['S1', 'L5', 'L4', 'L3', 'L2', 'L1']


def test_slips_grades_and_directions():
    report = report_of(facts=HALF_MM)
    assert [one.slip_percent for one in report.pairs] == SLIPS
    assert [one.slip_mm for one in report.pairs] == [10.0, -5.0, 0, 0, 0]
    assert [one.grade for one in report.pairs] == ['I', 'I', '0', '0', '0']
    assert [one.direction for one in report.pairs] == [
        'anterolisthesis', 'retrolisthesis', 'none', 'none', 'none',
    ]  # fmt: skip
    assert [one.disc_angle for one in report.pairs] == [0.0] * 5
    assert [(one.upper, one.lower) for one in report.pairs][:2] == [
        ('L5', 'S1'), ('L4', 'L5'),
    ]  # fmt: skip
    assert report.lordosis.degrees == 0
    assert report.notice == NOTICE
    assert not report.refused


def test_facing_right_turns_the_signs():
    report = report_of(options=ReportOptions(facing='right'))
    assert [one.slip_percent for one in report.pairs] == [-20.0, 10.0, 0, 0, 0]


def test_vertebrae_from_the_lowest_upward_whatever_their_order():
    shuffled = spine()[[3, 0, 5, 1, 4, 2]]
    report = report_of(shuffled)
    assert [one.level for one in report.vertebrae] == LEVELS
    assert [one.order for one in report.vertebrae] == list(range(6))
    lowest = report.vertebrae[0]
    assert lowest.level_origin == 'assumed: lowest found is S1'
    assert lowest.corners == ((200, 500), (300, 500), (210, 560), (270, 560))
    assert lowest.hull_box == (200, 500, 300, 560)
    assert lowest.score == 0.9
    assert lowest.presence is None
    assert lowest.reasons['presence'] == reasons.NOT_TOLD


def test_without_a_scale_neither_mm_nor_angles():
    report = report_of()
    for pair in report.pairs:
        assert pair.slip_percent is not None
        assert (pair.slip_mm, pair.disc_angle, pair.slip_interval) == (None,) * 3
        assert pair.reasons == {
            'slip_mm': reasons.SPACING,
            'disc_angle': reasons.ASPECT,
            'slip_interval': reasons.NO_CALIBRATION,
            'slip_std': reasons.NO_CALIBRATION,
        }
    assert report.lordosis.reasons == {'degrees': reasons.ASPECT}


def test_an_aspect_alone_gives_angles():
    tilted = spine()
    tilted[0, :2] = [[200, 540], [300, 500]]  # the sacrum falls off to the left
    report = report_of(tilted, {**SQUARE, 'pixel_aspect': 0.4})
    assert report.pairs[0].disc_angle == 45.0
    assert report.lordosis.degrees == 45.0
    assert report.pairs[0].slip_mm is None


@pytest.mark.parametrize(
    ('facts', 'code'),
    [
        ({'view': 'ap'}, 'not_lateral'),
        ({'view': 'oblique'}, 'oblique'),
        ({'upright': False}, 'not_upright'),
    ],
)
def test_a_film_that_its_file_calls_another_kind_is_refused(facts, code):
    report = report_of(facts=facts)
    assert [w.code for w in report.warnings if w.severity == 'refusal'] == [code]
    assert all(pair.reasons['grade'] == reasons.REFUSED for pair in report.pairs)
    assert codes(report_of(facts={'view': 'lateral', 'upright': True})) == codes(
        report_of()
    )


def test_slots_name_levels_and_leave_gaps():
    corners = spine()[[1, 2, 4]]
    report = report_of(corners, slots=np.array([1, 2, 4]))
    assert [one.level for one in report.vertebrae] == ['L5', 'L4', 'L2']
    assert [one.order for one in report.vertebrae] == [0, 1, 3]
    assert {one.level_origin for one in report.vertebrae} == {'model slot'}
    assert [(one.upper, one.lower) for one in report.pairs] == [('L4', 'L5')]
    assert about(report, 's1_missing') == (0,)
    assert about(report, 'gap') == (1, 3)
    assert 'levels_assumed' not in codes(report)


def test_levels_that_somebody_knows():
    options = ReportOptions(facing='left', lowest_level='L5')
    report = report_of(options=options)
    assert [one.level for one in report.vertebrae][:3] == ['L5', 'L4', 'L3']
    assert report.vertebrae[0].level_origin == 'given'
    assert report.lordosis.reasons == {'degrees': reasons.NO_LEVEL}
    assert 's1_missing' not in codes(report)


def test_no_name_above_t1():
    options = ReportOptions(facing='left', lowest_level='T1')
    report = report_of(options=options)
    assert report.vertebrae[1].level is None
    assert report.vertebrae[1].reasons['level'] == reasons.NO_NAME
    assert report.pairs[0].upper is None
    assert report.pairs[0].slip_percent == 20.0


def test_a_missing_vertebra_leaves_a_gap():
    report = report_of(spine()[[0, 1, 2, 4, 5]])
    assert [one.order for one in report.vertebrae] == [0, 1, 2, 4, 5]
    assert [one.level for one in report.vertebrae][3] == 'L2'
    assert len(report.pairs) == 3
    assert about(report, 'gap') == (2, 4)


def test_slots_that_hide_a_missing_vertebra_are_not_believed():
    report = report_of(spine()[[0, 1, 2, 4]], slots=np.arange(4))
    assert report.pairs[2].slip_percent is None
    assert report.pairs[2].reasons['slip_percent'] == reasons.APART


def test_a_vertebra_found_twice():
    corners = spine()
    twice = np.insert(corners, 2, corners[2] + (2, 3), axis=0)
    report = report_of(twice, slots=np.arange(7))
    assert about(report, 'doubled') == (2, 3)
    assert [one.slip_percent is None for one in report.pairs] == [
        False, False, True, False, False, False,
    ]  # fmt: skip
    assert report.pairs[2].reasons['grade'] == reasons.DOUBLED


def test_a_lowest_vertebra_that_is_hardly_s1():
    report = report_of(spine()[1:])
    assert about(report, 's1_missing') == (0,)
    assert 's1_missing' not in codes(report_of())


@pytest.mark.parametrize(
    'spoil',
    [
        lambda quad: quad[[1, 0, 3, 2]],
        lambda quad: quad[[0, 1, 3, 2]],
        lambda quad: quad + [[0, 0], [0, 0], [0, 20], [0, 150]],
        lambda quad: quad * [0.3, 1] + [130, 0],
    ],
)
def test_a_shape_that_no_vertebra_has(spoil):
    corners = spine()
    corners[3] = spoil(corners[3])
    report = report_of(corners)
    assert 3 in about(report, 'misshapen')
    for pair in report.pairs[2:4]:
        assert pair.slip_percent is None
        assert pair.reasons['slip_percent'] == reasons.SHAPE


def test_no_lordosis_where_its_ends_are_in_doubt():
    twice = np.insert(spine(), 2, spine()[2] + (2, 3), axis=0)
    report = report_of(twice, HALF_MM, slots=np.array([0, 1, 2, 3, 4, 5, 6]))
    assert report.lordosis.reasons == {'degrees': reasons.LEVELS}
    report = report_of(spine()[[0, 1, 2, 4, 5]], HALF_MM)
    assert report.lordosis.reasons == {'degrees': reasons.LEVELS}
    crossed = spine()
    crossed[5] = crossed[5][[0, 1, 3, 2]]
    report = report_of(crossed, HALF_MM)
    assert report.lordosis.reasons == {'degrees': reasons.OWN_SHAPE}


def test_end_plates_that_bound_no_disc():
    corners = spine()
    turn = np.array([[np.cos(1), -np.sin(1)], [np.sin(1), np.cos(1)]])
    corners[5] = (corners[5] - corners[5].mean(0)) @ turn + corners[5].mean(0)
    report = report_of(corners)
    assert about(report, 'disc_misshapen') == (4, 5)
    assert report.pairs[4].reasons['slip_percent'] == reasons.DISC


def test_corners_outside_the_film_are_not_measured():
    upper = spine() - [0, 99]  # L1 begins 1 px below the edge, and is told of
    report = report_of(upper, {'height': 462})
    assert about(report, 'cut') == (0, 5)
    assert [one.slip_percent for one in report.pairs] == SLIPS
    report = report_of(upper, {'height': 400})
    assert report.pairs[0].reasons['slip_percent'] == reasons.OUTSIDE
    assert report.pairs[1].slip_percent == -10.0


def test_a_missing_corner_costs_what_needs_it():
    corners = spine()
    corners[2, 0] = np.nan  # superior left of L4, on which L3 stands
    report = report_of(corners)
    assert report.vertebrae[2].corners[0] is None
    assert report.vertebrae[2].hull_box == (190, 340, 290, 400)
    assert report.pairs[1].slip_percent == -10.0
    assert report.pairs[2].reasons['slip_percent'] == reasons.MISSING


def test_scores():
    found = found_in(spine(), 0.9)
    found.scores[:] = [0.9, 0.9, 0.4, 0.9, 0.29, np.nan]
    report = build_report(found, film(), MODEL, LEFTWARD)
    assert [one.score for one in report.vertebrae] == [0.9, 0.9, 0.4, 0.9, None]
    assert about(report, 'low_score') == (2,)


def test_nothing_found():
    report = report_of(np.zeros((0, 4, 2)))
    assert (report.vertebrae, report.pairs) == ((), ())
    assert codes(report) == ['nothing_found']


@pytest.mark.parametrize('how', ['view', 'screen'])
def test_a_refused_film_is_not_measured(how):
    refusal = ReportWarning('a_hand', 'refusal', 'this is a hand')
    report = build_report(
        found_in(spine()),
        film(**HALF_MM, view='ap' if how == 'view' else None),
        MODEL,
        LEFTWARD,
        screened=Screened([refusal]) if how == 'screen' else None,
    )
    assert report.refused
    assert len(report.vertebrae) == 6
    for pair in report.pairs:
        values = asdict(pair)
        assert values['slip_percent'] is values['grade'] is values['slip_mm'] is None
        assert set(pair.reasons.values()) == {reasons.REFUSED}
    assert report.lordosis.reasons == {'degrees': reasons.REFUSED}


MEASURED = {
    'vertebrae': (
        'level', 'corner_std', 'corner_scores', 'score', 'presence', 'hull_box',
        'disputed',
    ),
    'pairs': (
        'upper', 'lower', 'slip_percent', 'slip_mm', 'slip_interval', 'slip_std',
        'grade', 'direction', 'disc_angle',
    ),
}  # fmt: skip


@given(
    corners=arrays.arrays(
        np.float64,
        st.tuples(st.integers(0, 5), st.just(4), st.just(2)),
        elements=st.floats(-100, 800) | st.just(np.nan),
    ),
    facing=st.sampled_from(['left', 'right', None]),
    known=st.booleans(),
)
def test_whatever_is_null_has_a_reason_and_nothing_else(corners, facing, known):
    corners[np.isnan(corners).any(-1)] = np.nan
    options = ReportOptions(facing=facing)
    report = report_of(corners, HALF_MM if known else {}, options)
    text = report.to_json()
    content = json.loads(text, parse_constant=pytest.fail)
    for group, names in MEASURED.items():
        for entry in content[group]:
            nulls = {name for name in names if entry[name] is None}
            if group == 'vertebrae' and None in entry['corners']:
                nulls.add('corners')
            assert nulls == set(entry['reasons'])
    assert SpineReport.from_json(text) == report
