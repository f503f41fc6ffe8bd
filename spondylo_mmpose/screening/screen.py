"""The screen: films of another kind are refused or flagged, by what was found there."""

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.film_report.found import FoundVertebrae
from spondylo_mmpose.film_report.screen_facts import ScreenFacts, SignalFacts
from spondylo_mmpose.film_report.screening import FilmScreen, Screened
from spondylo_mmpose.film_report.spine_report import ReportWarning, Severity
from spondylo_mmpose.film_report.turned import fits_turned
from spondylo_mmpose.screening.limits import RULES, RULES_VERSION, TURNED, ScreenLimits
from spondylo_mmpose.screening.screen_file import load_screen
from spondylo_mmpose.screening.signals import FEWEST, SIGNALS, measure_signals
from spondylo_mmpose.utils.io import file_digest

UPSIDE_DOWN = 'upside_down'
REFUSED, UNUSUAL, TOO_FEW = 'not_lumbar_lateral', 'unusual_film', 'too_few_to_screen'
"""Codes of what is said."""

TEXTS = {
    REFUSED: (
        'nothing is measured, since {what} ({value:.2f}, limit {limit:.2f}): it seems '
        'to be another view, another part of the body or no radiograph'
    ),
    UNUSUAL: (
        '{what} ({value:.2f}, limit {limit:.2f}): compare the picture before trusting '
        'a number; it may be another view or another part of the body'
    ),
    UPSIDE_DOWN: (
        'the film seems to be upside down: two models agree {value:.1f} times better '
        'on it when it is turned by 180 degrees; turn it and run again'
    ),
    TOO_FEW: (
        f'fewer than {FEWEST} vertebrae were found, from which it cannot be told '
        'whether this is a lateral film of a lumbar spine'
    ),
}

DECIMALS = 4


class SpineScreen:
    """Compares what was found on a film with what is found on lateral lumbar films.

    A film is as unlike them as its most unlike signal; one alone refuses it. See
    docs/screening.md for what passes all the same.

    Args:
        limits: Of the signals; without, the rules that come with the package.
        digest: SHA-256 of the file of the limits, if they are from one.
    """

    def __init__(self, limits: ScreenLimits = RULES, digest: str | None = None) -> None:
        self.limits = limits
        self.digest = digest

    @property
    def identity(self) -> str:
        """What reports call it: ``'rules'`` with their version, or the digest."""
        return self.digest or f'rules {RULES_VERSION}'

    def screen(self, pixels: NDArray[np.uint8], found: FoundVertebrae) -> Screened:
        """Judge a film; see :class:`.FilmScreen`."""
        told = {}
        values = measure_signals(found)
        for name, limit in self.limits.limits.items():
            value = values[name]
            known = None if math.isnan(value) else round(value, DECIMALS)
            told[name] = SignalFacts(known, limit.caution, limit.refusal)
        turned = _upside_down(found)
        by = 'rules' if self.digest is None else 'file'
        facts = ScreenFacts(by, {**told, UPSIDE_DOWN: turned})
        for code, severity, field in (
            (REFUSED, 'refusal', 'refusal'),
            (UNUSUAL, 'caution', 'caution'),
        ):
            if warning := _turn(severity, field, turned):  # type: ignore[arg-type]
                return Screened((warning,), facts)
            if warning := _warning(code, severity, field, told):  # type: ignore[arg-type]
                return Screened((warning,), facts)
        if 0 < len(found) < FEWEST:
            few = ReportWarning(TOO_FEW, 'caution', TEXTS[TOO_FEW])
            return Screened((few,), facts)
        return Screened((), facts)


def make_screen(told: FilmScreen | str | Path | bool) -> FilmScreen | None:
    """The screen that somebody asked for.

    Args:
        told: ``True`` for the rules, a file of limits, a screen itself, or ``False``.

    Raises:
        SpondyloError: If the file is none of limits.
    """
    if isinstance(told, bool):
        return SpineScreen() if told else None
    if isinstance(told, (str, Path)):
        return SpineScreen(load_screen(told), file_digest(Path(told)))
    return told


def _upside_down(found: FoundVertebrae) -> SignalFacts:
    value = fits_turned(found)
    known = None if math.isnan(value) else round(value, DECIMALS)
    return SignalFacts(known, TURNED.caution, TURNED.refusal)


def _turn(severity: Severity, field: str, facts: SignalFacts) -> ReportWarning | None:
    """What is said of a film that fits better upside down."""
    if facts.value is None or facts.value <= getattr(facts, field):
        return None
    text = TEXTS[UPSIDE_DOWN].format(value=facts.value)
    return ReportWarning(UPSIDE_DOWN, severity, text)


def _warning(
    code: str, severity: Severity, field: str, told: dict[str, SignalFacts]
) -> ReportWarning | None:
    """What is said of the signal that is furthest above its limit, if one is."""
    worst, most = None, 1.0
    for name, facts in told.items():
        limit = getattr(facts, field)
        if limit is None or facts.value is None:
            continue
        share = facts.value / limit
        if share > most:
            worst, most = name, share
    if worst is None:
        return None
    text = TEXTS[code].format(
        what=SIGNALS[worst].text,
        value=told[worst].value,
        limit=getattr(told[worst], field),
    )
    return ReportWarning(code, severity, text)
