"""Reports as persons left them, measured anew."""

import dataclasses
import json
from dataclasses import replace

import numpy as np
import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report import reasons
from spondylo_mmpose.film_report.pairs import BORDER_BAND
from spondylo_mmpose.film_report.report_json import (
    read_report,
    report_digest,
    schema,
    write_report,
)
from spondylo_mmpose.film_report.review_facts import Review, ReviewedVertebra
from spondylo_mmpose.review.remeasuring import reviewed_report
from tests.test_film_report.helpers import report_of
from tests.test_review.helpers import WHEN, calibrated


@pytest.fixture
def origin():
    return calibrated()


def told_of(origin, **review):
    """What a page sends of a report that nobody touched."""
    facts = tuple(
        ReviewedVertebra(one.order, 'accepted', one.order, (False,) * 4)
        for one in origin.vertebrae
    )
    made = Review('accepted', WHEN, None, report_digest(origin), facts, (), (), None)
    return replace(origin, review=replace(made, **review))


def moved(told, place, corner, by):
    """Move a corner; the page's numbers stay what they were."""
    vertebra = told.vertebrae[place]
    corners = list(vertebra.corners)
    corners[corner] = tuple(np.add(corners[corner], by).tolist())
    return with_vertebra(told, place, corners=tuple(corners))


def with_vertebra(told, place, **changes):
    vertebrae = list(told.vertebrae)
    vertebrae[place] = replace(vertebrae[place], **changes)
    return replace(told, vertebrae=tuple(vertebrae))


def named_one_higher(origin):
    """What a page sends when a person takes the lowest vertebra for L5."""
    names = ('L5', 'L4', 'L3', 'L2', 'L1', 'T12')
    vertebrae = tuple(
        replace(one, level=level)
        for one, level in zip(origin.vertebrae, names, strict=True)
    )
    return replace(told_of(origin, changed=('levels',)), vertebrae=vertebrae)


def test_what_is_accepted_stays_as_it_is(origin):
    told = told_of(origin, who='  A.\n B. ')
    made = reviewed_report(origin, told)
    assert made.review.status == 'accepted'
    assert made.review.who == 'A. B.'
    assert replace(made, review=None) == origin


def test_a_moved_corner_moves_the_slip(origin):
    # L5's posterior inferior corner, facing left the right one, on S1's plate of 100.
    made = reviewed_report(origin, moved(told_of(origin), 1, 3, (7, 0)), 'now')
    pair = made.pairs[0]
    assert (origin.pairs[0].slip_percent, pair.slip_percent) == (20.0, 13.0)
    assert (pair.slip_mm, pair.grade, pair.direction) == (6.5, 'I', 'anterolisthesis')
    assert pair.slip_interval is None
    assert pair.reasons['slip_interval'] == reasons.PLACED_NO_INTERVAL
    assert made.pairs[1:] == origin.pairs[1:]
    assert made.review.status == 'corrected'
    assert made.review.when == 'now'
    facts = [one.status for one in made.review.vertebrae]
    assert facts == ['accepted', 'corrected', *['accepted'] * 4]
    assert made.review.vertebrae[1].moved == (False, False, False, True)
    vertebra = made.vertebrae[1]
    assert vertebra.corner_std == (2.0, 2.0, 2.0, None)
    assert vertebra.reasons['corner_std'] == reasons.PLACED


def test_reviewed_reports_keep_to_the_schema(origin, tmp_path):
    jsonschema = pytest.importorskip(
        'jsonschema', reason='jsonschema is in requirements/dev.txt'
    )
    for who, std in ((None, None), ('A', 0.5)):
        told = moved(told_of(origin, who=who, observer_std_px=std), 1, 3, (7, 0))
        made = reviewed_report(origin, told)
        jsonschema.validate(json.loads(made.to_json()), schema())
        assert read_report(write_report(tmp_path / 'a.json', made)) == made


def test_who_says_how_sure_gets_an_interval(origin):
    told = moved(told_of(origin, observer_std_px=0.5), 1, 3, (7, 0))
    pair = reviewed_report(origin, told).pairs[0]
    # p err by 0.5 px, a and b by 3 (2 px, and 1.5 times that of S1); L = 100,
    # t = 0.13, h = 0.2: see slip_propagation.
    variance = 0.5**2 + 3**2 * (0.13**2 + 0.2**2 + 0.87**2 + 0.2**2)
    assert pair.slip_std == pytest.approx(np.sqrt(variance), abs=1e-3)
    reach = 1.6448536 * np.sqrt(variance)
    assert pair.slip_interval == pytest.approx((13 - reach, 13 + reach), abs=1e-3)


def test_another_level_has_no_calibration(origin):
    made = reviewed_report(origin, named_one_higher(origin))
    assert [one.level for one in made.vertebrae][:2] == ['L5', 'L4']
    assert {one.level_origin for one in made.vertebrae} == {'given'}
    assert made.pairs[0].slip_percent == 20.0
    assert made.pairs[0].reasons['slip_interval'] == reasons.OTHER_LEVEL
    assert made.pairs[1].slip_interval == origin.pairs[1].slip_interval
    assert made.lordosis.reasons['degrees'] == reasons.NO_LEVEL
    assert made.review.changed == ('levels',)


def test_a_moved_corner_makes_no_grade_surer(origin):
    # One of three corners is placed anew, by next to nothing; see the test above for
    # the deviations of the others.
    told = moved(told_of(origin), 0, 0, (0.001, 0))
    before, now = origin.pairs[0], reviewed_report(origin, told).pairs[0]
    assert now.slip_interval is None
    assert before.grade == now.grade == 'I-II, uncertain'
    assert now.slip_percent + BORDER_BAND < 25  # the least band alone would be sure


def test_another_name_makes_no_grade_surer(origin):
    made = reviewed_report(origin, named_one_higher(origin))
    assert made.pairs[0].slip_interval is None
    assert made.pairs[0].grade == origin.pairs[0].grade


@pytest.mark.parametrize('first', [0, 1])
def test_names_that_a_model_did_not_give_are_a_persons(first):
    origin = report_of(slots=np.arange(6))
    assert origin.vertebrae[0].level_origin == 'model slot'
    told = told_of(origin)
    if first:  # S1 is deleted, and those above close up
        facts = told.review.vertebrae[1:]
        names = [one.level for one in origin.vertebrae]
        told = replace(
            told,
            vertebrae=tuple(
                replace(one, order=place, level=names[place])
                for place, one in enumerate(told.vertebrae[1:])
            ),
            review=replace(
                told.review,
                vertebrae=tuple(
                    replace(one, order=place) for place, one in enumerate(facts)
                ),
            ),
        )
    made = reviewed_report(origin, told)
    assert {one.level_origin for one in made.vertebrae} == {
        ('model slot', 'given')[first]
    }
    assert made.review.changed == ((), ('levels',))[first]


def test_facing_and_spacing(origin):
    told = told_of(origin)
    film = replace(told.film, facing='right', pixel_spacing_mm=(0.2, 0.1))
    made = reviewed_report(origin, replace(told, film=film))
    assert made.review.changed == ('facing', 'scale')
    assert (made.film.facing_origin, made.film.spacing_origin) == ('given', 'given')
    # S1's plate from 200 to 300 px; L5's left inferior corner at 180.
    assert made.pairs[0].slip_percent == -20.0
    assert made.pairs[0].slip_mm == -4.0


def test_added_and_removed(origin):
    told = told_of(origin)
    corners = tuple((x + 0.0, y - 80.0) for x, y in origin.vertebrae[5].corners)
    new = replace(origin.vertebrae[5], order=6, level='T12', corners=corners)
    facts = (
        *told.review.vertebrae,
        ReviewedVertebra(6, 'added', None, (True,) * 4),
    )
    told = replace(
        told,
        vertebrae=(*told.vertebrae, new),
        review=replace(told.review, vertebrae=facts),
    )
    made = reviewed_report(origin, told)
    assert made.review.vertebrae[6].status == 'added'
    assert made.vertebrae[6].score is None
    assert made.vertebrae[6].reasons['score'] == reasons.PLACED
    assert (made.pairs[5].upper, made.pairs[5].slip_percent) == ('T12', 0.0)
    assert made.pairs[5].slip_interval is None

    fewer = replace(
        told_of(origin),
        vertebrae=told.vertebrae[:5],
        review=replace(told.review, vertebrae=facts[:5]),
    )
    made = reviewed_report(origin, fewer)
    assert made.review.removed == (5,)
    assert made.review.status == 'corrected'


def review_with(**changes):
    return lambda told: replace(told, review=replace(told.review, **changes))


@pytest.mark.parametrize(
    ('change', 'complaint'),
    [
        (lambda t: replace(t, review=None), 'holds no review'),
        (review_with(origin_sha256='0' * 64), 'is of another report'),
        (review_with(when='yesterday'), 'is no time'),
        (review_with(who='x' * 101), 'longer than 100'),
        (review_with(observer_std_px=-1.0), 'must lie above 0'),
        (review_with(vertebrae=()), 'not those of the report'),
        (lambda t: moved(t, 0, 0, (-900, 0)), 'vertebra 0: a corner lies outside'),
        (lambda t: with_vertebra(t, 0, level='L4'), 'do not count upward'),
        (lambda t: with_vertebra(t, 0, level=None), 'has no level'),
        (
            lambda t: with_vertebra(t, 2, corners=(None, *t.vertebrae[2].corners[1:])),
            'a corner of it has no place',
        ),
        (
            lambda t: replace(t, film=replace(t.film, facing=None)),
            'cannot be taken back',
        ),
        (
            lambda t: replace(t, film=replace(t.film, pixel_spacing_mm=(0.0, 1.0))),
            'spacing_mm=',
        ),
    ],
)
def test_what_makes_no_sense_is_told(origin, change, complaint):
    with pytest.raises(SpondyloError, match=complaint) as error:
        reviewed_report(origin, change(told_of(origin)))
    assert '\n' not in str(error.value)


def test_model_orders_must_be_of_the_model(origin):
    told = told_of(origin)
    for order in (9, 1):
        facts = list(told.review.vertebrae)
        facts[0] = replace(facts[0], model_order=order)
        bad = replace(told, review=replace(told.review, vertebrae=tuple(facts)))
        with pytest.raises(SpondyloError, match='model_order names no vertebra'):
            reviewed_report(origin, bad)


def test_numbers_of_a_page_are_not_believed(origin):
    told = told_of(origin)
    pairs = tuple(replace(one, slip_percent=99.0, grade='IV') for one in told.pairs)
    film = replace(told.film, name='other.png', facing_confidence=1.0)
    told = replace(told, pairs=pairs, film=film, warnings=(), notice='none')
    made = reviewed_report(origin, told)
    assert dataclasses.replace(made, review=None) == origin
