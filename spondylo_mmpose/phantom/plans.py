"""Which films a set of phantoms holds, and the split of each."""

from collections.abc import Sequence
from dataclasses import dataclass

from spondylo_mmpose.phantom.patient import family_at


@dataclass(frozen=True)
class Plan:
    """What becomes of one film.

    Attributes:
        index: Number of the film.
        split: ``'train'``, ``'val'`` or ``'test'``.
    """

    index: int
    split: str


def plan_films(num: int, seed: int, val_share: float) -> list[Plan]:
    """Split of each film; as in the real set, zoomed films are for training only."""
    buu = [i for i in range(num) if family_at(seed, i) != 'honduran']
    wanted = max(round(num * val_share), 1) if val_share > 0 and num > 1 else 0
    wanted = min(wanted, len(buu), num - 1)
    val = set(buu[len(buu) - wanted :])
    return [Plan(i, 'val' if i in val else 'train') for i in range(num)]


def next_of(seed: int, first: int, number: int, families: Sequence[str]) -> list[int]:
    """The next indices from ``first`` on whose family is one of ``families``."""
    found: list[int] = []
    while len(found) < number:
        if family_at(seed, first) in families:
            found.append(first)
        first += 1
    return found
