"""A report as a person corrected it, measured anew.

What a page sends is a report too, with numbers of its own. Only what a person decides
is taken from it: corners, places, levels, facing, scale; all else is computed here. The
page computes the same (``assets/report.js``), which the tests hold against this.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone
from itertools import pairwise

import numpy as np

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report import reasons
from spondylo_mmpose.film_report.building import assemble_report
from spondylo_mmpose.film_report.film_facts import FilmFacts
from spondylo_mmpose.film_report.films import with_scale
from spondylo_mmpose.film_report.findings import TEXTS, findings
from spondylo_mmpose.film_report.found import FoundVertebrae
from spondylo_mmpose.film_report.levels import Naming, is_apart, is_doubled
from spondylo_mmpose.film_report.options import check_options
from spondylo_mmpose.film_report.pairs import IntervalBasis
from spondylo_mmpose.film_report.report_json import report_digest
from spondylo_mmpose.film_report.review_facts import Changed, Review
from spondylo_mmpose.film_report.spine_report import (
    ASSUMED,
    GIVEN,
    ReportOptions,
    SpineReport,
)
from spondylo_mmpose.presentation.escaping import one_line
from spondylo_mmpose.review.told_vertebrae import ToldVertebra, told_vertebrae
from spondylo_mmpose.spine.anatomy import LEVELS, Facing, levels_upward
from spondylo_mmpose.uncertainty.calibration import Calibration, kind_of

MOST_STD = 100.0
"""Px; who is less sure of a corner has not seen it."""

LONGEST_NAME = 100
"""Letters of a reviewer's name."""

_WHEN = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ')


def reviewed_report(
    origin: SpineReport, told: SpineReport, when: str | None = None
) -> SpineReport:
    """Measure a corrected report.

    Args:
        origin: What was reviewed.
        told: What the person made of it.
        when: Of the review, ISO 8601 in UTC; ``told``'s own when left out.

    Returns:
        The report with its review.

    Raises:
        SpondyloError: If it is no review of this report, or makes no sense; one line.
    """
    review = told.review
    if review is None:
        raise SpondyloError('the report holds no review; save it from a review page')
    if review.origin_sha256 != report_digest(origin):
        raise SpondyloError(
            'the review is of another report: the film was measured anew since, or it '
            'is another film; load the page again'
        )
    who, std = _checked(review)
    own = told_vertebrae(origin, told)
    levels = _levels(told)
    film, changed = _film(origin.film, told.film)
    source = origin.vertebrae[0].level_origin if origin.vertebrae else ASSUMED
    renamed = source != ASSUMED and _renamed(own, levels)
    if own and ('levels' in review.changed or renamed):
        changed, source = (*changed, 'levels'), GIVEN
    vertebrae = tuple(
        one.vertebra(level, source, std) for one, level in zip(own, levels, strict=True)
    )
    corners = np.array([one.corners for one in own]).reshape(-1, 4, 2)
    found = FoundVertebrae(
        corners,
        np.array([one.score for one in vertebrae], dtype=np.float64),
        disputed=np.array([one.disputed or (False,) * 4 for one in own], bool).reshape(
            -1, 4
        ),
    )
    naming = Naming(
        tuple(one.order for one in own),
        tuple(levels),
        source,
        tuple(is_apart(corners).tolist()),
        tuple(is_doubled(corners).tolist()),
    )
    # Of the film itself; those of vertebrae are made anew.
    carried = [
        replace(one, vertebrae=()) for one in origin.warnings if one.code not in TEXTS
    ]
    stds = [one.corner_std or (None,) * 4 for one in vertebrae]
    report = assemble_report(
        found,
        naming,
        np.array(stds, dtype=np.float64).reshape(-1, 4),
        film,
        origin.model,
        origin.options,
        _calibration(origin),
        [*carried, *findings(found, naming, film)],
        _bases(origin, own, levels, film.facing, std),
    )
    kept = {one.model.order for one in own if one.model is not None}
    removed = tuple(o.order for o in origin.vertebrae if o.order not in kept)
    # Whoever removes, adds or moves one changes this as well.
    same = [(o.order, o.level, o.corners) for o in origin.vertebrae] == [
        (o.order, o.level, o.corners) for o in vertebrae
    ]
    return replace(
        report,
        vertebrae=vertebrae,
        slip_quantiles=origin.slip_quantiles,
        screen=origin.screen,
        review=Review(
            status='accepted' if same and not changed else 'corrected',
            when=when or review.when,
            who=who,
            origin_sha256=review.origin_sha256,
            vertebrae=tuple(one.facts for one in own),
            removed=removed,
            changed=changed,
            observer_std_px=std,
        ),
    )


def utc_now() -> str:
    """This moment, as reviews tell it."""
    return datetime.now(timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')


def _checked(review: Review) -> tuple[str | None, float | None]:
    """Who looked, and how sure that person is of a corner."""
    if not _WHEN.fullmatch(review.when):
        raise SpondyloError('review.when is no time as in 2030-01-31T12:00:00Z')
    who = one_line(review.who or '')
    if len(who) > LONGEST_NAME:
        raise SpondyloError(f'review.who is longer than {LONGEST_NAME} letters')
    std = review.observer_std_px
    if std is not None and not 0 < std <= MOST_STD:
        raise SpondyloError(
            f'review.observer_std_px={std:g}: must lie above 0 and up to {MOST_STD:g}'
        )
    return who or None, std


def _film(before: FilmFacts, told: FilmFacts) -> tuple[FilmFacts, tuple[Changed, ...]]:
    """The film with what a person set, and what that is."""
    film = before
    changed: list[Changed] = []
    why = dict(before.reasons)
    if told.facing != before.facing:
        if told.facing is None:
            raise SpondyloError('a facing that is known cannot be taken back')
        film = replace(
            film, facing=told.facing, facing_origin='given', facing_confidence=None
        )
        why.pop('facing', None)
        changed.append('facing')
    given = ReportOptions()
    if told.pixel_spacing_mm not in (None, before.pixel_spacing_mm):
        given = replace(given, spacing_mm=told.pixel_spacing_mm)
    elif told.pixel_aspect not in (None, before.pixel_aspect):
        given = replace(given, pixel_aspect=told.pixel_aspect)
    if given != ReportOptions():
        scaled = with_scale(film, check_options(given))
        if scaled.scale != film.scale:
            changed.append('scale')
            for name in ('pixel_spacing_mm', 'pixel_aspect'):
                why.pop(name, None)
            why |= scaled.reasons
        film = scaled
    return replace(film, reasons=why), tuple(changed)


def _levels(told: SpineReport) -> list[str | None]:
    """Levels counted from the lowest."""
    if not told.vertebrae:
        return []
    lowest = told.vertebrae[0].level
    if lowest not in LEVELS:
        raise SpondyloError('the lowest vertebra has no level; choose one')
    counted = levels_upward(1 + told.vertebrae[-1].order, lowest)
    levels = [counted[one.order] for one in told.vertebrae]
    if levels != [one.level for one in told.vertebrae]:
        raise SpondyloError('the levels do not count upward from the lowest vertebra')
    return levels


def _renamed(own: Sequence[ToldVertebra], levels: Sequence[str | None]) -> bool:
    """Whether a vertebra has a name that the model did not give it."""
    return any(
        one.model is None or one.model.level != level
        for one, level in zip(own, levels, strict=True)
    )


def _calibration(origin: SpineReport) -> Calibration | None:
    """What the report tells of the calibration; enough for intervals of slips."""
    if origin.slip_quantiles is None:
        return None
    quantiles = {
        name: (np.inf if value is None else value,)
        for name, value in origin.slip_quantiles.items()
    }
    return Calibration(
        coverages=(origin.options.interval_level,),
        scales=None,
        shares=None,
        size=np.nan,
        corner_quantiles={},
        slip_quantiles=quantiles,
    )


def _bases(
    origin: SpineReport,
    own: Sequence[ToldVertebra],
    levels: Sequence[str | None],
    facing: Facing | None,
    observer_std: float | None,
) -> list[IntervalBasis]:
    """What the interval of each two that follow each other stands on."""
    # The upper vertebra's posterior inferior corner; which one that is does not matter
    # where nobody knows the facing, since nothing is measured there.
    posterior = 3 if facing == 'left' else 2
    renamed = [
        one.model is not None and kind_of(one.model.level) != kind_of(level)
        for one, level in zip(own, levels, strict=True)
    ]
    bases = []
    for place, (lower, upper) in enumerate(pairwise(own)):
        placed = [*lower.moved[:2], upper.moved[posterior]]
        why = ''
        if any(placed) and observer_std is None:
            why = reasons.PLACED_NO_INTERVAL
        elif not all(placed) and any(renamed[place : place + 2]):
            why = reasons.OTHER_LEVEL
        elif not all(placed) and origin.slip_quantiles is None:
            known = origin.model.calibration_sha256 is not None
            why = reasons.NO_QUANTILES if known else reasons.NO_CALIBRATION
        bases.append(IntervalBasis(why, any(placed) and not why))
    return bases
