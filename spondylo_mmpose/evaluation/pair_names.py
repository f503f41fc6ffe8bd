"""Whether pairs of vertebrae that were found would have been called by their names."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from spondylo_mmpose.evaluation.agreement import share
from spondylo_mmpose.evaluation.detection import FilmOutcome


@dataclass(frozen=True)
class FoundPair:
    """Two true neighbours on a lateral film, both of which were found.

    Attributes:
        is_shifted: Whether the place of one of them is wrong, see :mod:`.detection`.
        is_misnamed: Whether the level that the prediction names for one of them is
            wrong; ``None`` where a level is not named, by the truth or the prediction.
    """

    is_shifted: bool
    is_misnamed: bool | None


def pair_naming(outcomes: Iterable[FilmOutcome]) -> dict[str, float]:
    """How found pairs would have been named.

    Slips are measured between vertebrae that overlap the true ones, whatever they are
    called, and reported under the true names. A model that calls L4-L5 L5-S1 has a
    right slip at a wrong place; that is told here and nowhere else.

    Args:
        outcomes: One for each film; AP films are left out.

    Returns:
        ``pairs_found``, how many pairs of neighbours were found; of those, in percent,
        ``pairs_shifted_percent``, where a vertebra's place counted from the lowest (or
        its level, where both sides name all) is wrong. ``pairs_named``, how many have
        true and predicted levels; of those ``pairs_misnamed_percent``. NaN of none.
    """
    pairs = [pair for outcome in outcomes for pair in _found_pairs(outcome)]
    named = [pair.is_misnamed for pair in pairs if pair.is_misnamed is not None]
    shifted = [pair.is_shifted for pair in pairs]
    return {
        'pairs_found': len(pairs),
        'pairs_shifted_percent': share(shifted).percent,
        'pairs_named': len(named),
        'pairs_misnamed_percent': share(named).percent,
    }


def _found_pairs(outcome: FilmOutcome) -> Iterator[FoundPair]:
    film, matches = outcome.film, outcome.matches
    if film.view == 'ap':
        return
    number = len(film.corners)
    orders = np.arange(number) if film.orders is None else np.array(film.orders)
    true = film.all_levels
    told = outcome.kept.levels or [None] * outcome.found
    place = {int(row): at for at, row in enumerate(matches.true)}
    for lower in np.flatnonzero(np.diff(orders) == 1).tolist():
        if lower not in place or lower + 1 not in place:
            continue
        at = [place[lower], place[lower + 1]]
        names = [told[int(column)] for column in matches.predicted[at]]
        wanted = [true[lower], true[lower + 1]]
        yield FoundPair(
            is_shifted=bool(outcome.shifts[at].any()),
            is_misnamed=None if None in (*names, *wanted) else names != wanted,
        )
