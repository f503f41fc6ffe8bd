"""Places and level names of the vertebrae of one film, counted upward."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from spondylo_mmpose.converters.labels import RawLabels, RawVertebra
from spondylo_mmpose.spine import anatomy

NO_VERTEBRA = ('stray_box', 'vertebra_duplicated')
"""Faults of entries that are no vertebra of their own: they have no place."""


@dataclass(frozen=True)
class Numbering:
    """Place and level of each vertebra, from the lowest upward.

    Attributes:
        orders: Places; a gap stands for a vertebra that is known to be missing.
        levels: Level names, ``None`` where unknown.
        level_origin: Where the levels come from.
    """

    orders: list[int]
    levels: list[str | None]
    level_origin: str


def number_upward(
    upward: Sequence[RawVertebra], raw: RawLabels, note: Callable[..., None]
) -> Numbering:
    """Number the vertebrae of a film, and note where the file contradicts their place.

    Args:
        upward: Vertebrae sorted along the spine, faulty ones included.
        raw: The labels they are from.
        note: Told of each fault.
    """
    in_order = _note_listing([v.index for v in upward], raw, note)
    if raw.lowest is None:
        return _named_by_file(upward, raw, note)
    orders = list(range(len(upward)))
    if raw.number is not None:
        real = [v for v in raw.vertebrae if v.fault not in NO_VERTEBRA]
        if len(real) != raw.number:
            note('vertebrae_miscounted', found=len(real), defined=raw.number)
            return unnamed(len(upward), raw)
        if in_order:
            # So those that can't be placed leave their gap.
            orders = _places(upward, real, raw)
        elif len(upward) != raw.number:
            note('levels_disagree')
            return unnamed(len(upward), raw)
    levels = anatomy.levels_upward(max(orders, default=-1) + 1, raw.lowest)
    return Numbering(orders, [levels[i] for i in orders], raw.level_origin)


def unnamed(number: int, raw: RawLabels) -> Numbering:
    """Places counted upward, and no levels."""
    return Numbering(list(range(number)), [None] * number, raw.level_origin)


def _named_by_file(
    upward: Sequence[RawVertebra], raw: RawLabels, note: Callable[..., None]
) -> Numbering:
    levels = [v.level if v.level in anatomy.LEVELS else None for v in upward]
    given = [v.order for v in upward]
    ranks = [None if v is None else anatomy.LEVELS.index(v) for v in levels]
    if not (_rise(given) and _rise(ranks)):
        # Which of the two is right can't be known.
        note('levels_disagree')
        return unnamed(len(upward), raw)
    # No level at all is no fault; a text that names none always is.
    unknown = [
        v.index
        for v, level in zip(upward, levels, strict=True)
        if not level and (v.level or any(levels))
    ]
    if unknown:
        note('level_unknown', vertebrae=unknown)
    orders = list(range(len(upward)))
    if given and None not in given:
        orders = [place for place in given if place is not None]
    elif ranks and None not in ranks:
        known = [rank for rank in ranks if rank is not None]
        orders = [rank - known[0] for rank in known]
    return Numbering(orders, levels, raw.level_origin)


def _places(
    upward: Sequence[RawVertebra], real: Sequence[RawVertebra], raw: RawLabels
) -> list[int]:
    """Places of vertebrae in a file that lists all of them in order."""
    listed = sorted((v.index for v in real), reverse=raw.listed == 'down')
    return [listed.index(v.index) for v in upward]


def _rise(values: Sequence[int | None]) -> bool:
    """Whether the known ones strictly rise."""
    known = [value for value in values if value is not None]
    return all(a < b for a, b in pairwise(known))


def _note_listing(
    indices: list[int], raw: RawLabels, note: Callable[..., None]
) -> bool:
    """Whether the vertebrae are listed in the format's order."""
    if raw.listed == 'any':
        return False
    expected = sorted(indices, reverse=raw.listed == 'down')
    if indices != expected:
        note('unsorted_file', reversed=indices == expected[::-1])
    return indices == expected
