"""Dividing indivisible groups so that every stratum keeps its shares."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]


def divide(counts: IntArray, shares: Sequence[int]) -> list[int]:
    """Divide groups of films into parts of given shares.

    A greedy division, largest groups first, is mended by moving a group, or exchanging
    two, twice over: for as long as that lowers the sum of squared deviations from the
    shares, of films and strata alike; then for as long as it lowers that of the films,
    or leaves it and lowers that of the strata. The result deviates from a share by no
    more films than the largest group has, unless a part is so small that it is given a
    group only in order not to be empty. All sums are exact integers: equal input
    divides alike on every machine.

    scikit-learn's ``StratifiedGroupKFold`` makes equal parts only, and lets the number
    of films go in favour of the strata.

    Args:
        counts: ``(groups, 1 + strata)``; films of each group, then how many of them
            are in each stratum. Groups of equal rows change places with their order
            here and with nothing else.
        shares: Share of each part as a positive integer; their sum is the whole.

    Returns:
        Part of each group. No part is empty.

    Raises:
        ValueError: If there are fewer groups than parts.
    """
    if len(counts) < len(shares):
        raise ValueError(f'{len(counts)} groups for {len(shares)} parts')
    return _Division(np.asarray(counts, np.int64), shares).run()


class _Division:
    """State of a division: which group is where, and how far off each part is."""

    def __init__(self, counts: IntArray, shares: Sequence[int]) -> None:
        self.counts = counts
        self.whole = sum(shares)
        self.kinds, self.kind_of = np.unique(counts, axis=0, return_inverse=True)
        self.kind_of = self.kind_of.reshape(-1)
        # Films too many in each part and stratum, times the whole.
        self.error = -np.outer(shares, counts.sum(axis=0)).astype(np.int64)
        # Groups of each kind in each part, those that came last on top.
        self.members: list[list[list[int]]] = [[[] for _ in self.kinds] for _ in shares]

    def run(self) -> list[int]:
        for group in np.argsort(-self.counts[:, 0], kind='stable'):
            gain = self.whole * self.counts[group]
            change = (gain * (2 * self.error + gain)).sum(axis=1)
            self.put(int(group), int(change.argmin()))
        self.fill_empty_parts()
        for films_first in (False, True):
            while exchange := self.best_exchange(films_first):
                self.exchange(*exchange)
        parts = [0] * len(self.counts)
        for part, kinds in enumerate(self.members):
            for group in (group for kind in kinds for group in kind):
                parts[group] = part
        return parts

    def put(self, group: int, part: int) -> None:
        self.members[part][self.kind_of[group]].append(group)
        self.error[part] += self.whole * self.counts[group]

    def take(self, part: int, kind: int) -> int:
        group = self.members[part][kind].pop()
        self.error[part] -= self.whole * self.counts[group]
        return group

    def exchange(self, giver: int, taker: int, kind: int, back: int) -> None:
        """Move a group of ``kind``, and one of ``back`` unless that is no kind."""
        group = self.take(giver, kind)
        if back < len(self.kinds):
            self.put(self.take(taker, back), giver)
        self.put(group, taker)

    def sizes(self) -> list[int]:
        """Groups in each part."""
        return [sum(map(len, kinds)) for kinds in self.members]

    def fill_empty_parts(self) -> None:
        while 0 in (sizes := self.sizes()):
            giver, taker = int(np.argmax(sizes)), sizes.index(0)
            held = [k for k, groups in enumerate(self.members[giver]) if groups]
            kind = min(held, key=lambda k: self.kinds[k, 0])
            self.exchange(giver, taker, kind, len(self.kinds))

    def best_exchange(self, films_first: bool) -> tuple[int, int, int, int] | None:
        """The exchange that mends most, ``None`` when none mends anything."""
        # The last kind is "nothing": giving it back makes a move of an exchange.
        kinds = np.vstack([self.kinds, np.zeros_like(self.kinds[:1])])
        films, strata = kinds[:, 0], kinds[:, 1:]
        net = films[:, None] - films[None, :]
        square = (strata**2).sum(axis=1)
        square = square[:, None] + square[None, :] - 2 * strata @ strata.T
        held = np.array([[len(groups) for groups in part] for part in self.members])
        held = np.hstack([held, np.ones_like(held[:, :1])]).astype(bool)
        sizes = self.sizes()
        best: tuple[tuple[int, int], tuple[int, int, int, int]] | None = None
        for giver, taker in np.ndindex(len(held), len(held)):
            if giver == taker:
                continue
            more = self.error[giver] - self.error[taker]
            # Changes of the sums of squares, without their common factor.
            first = net * (self.whole * net - more[0])
            pull = strata @ more[1:]
            second = self.whole * square - (pull[:, None] - pull[None, :])
            if not films_first:
                first, second = first + second, np.zeros_like(second)
            allowed = held[giver][:, None] & held[taker][None, :]
            allowed[-1] = False
            if sizes[giver] == 1:
                allowed[:, -1] = False
            mends = allowed & ((first < 0) | ((first == 0) & (second < 0)))
            if not mends.any():
                continue
            least = first[mends].min()
            mends &= first == least
            row, column = np.unravel_index(
                np.where(mends, second, np.iinfo(np.int64).max).argmin(), mends.shape
            )
            found = (int(least), int(second[row, column]))
            if best is None or found < best[0]:
                best = found, (giver, taker, int(row), int(column))
        return best and best[1]
