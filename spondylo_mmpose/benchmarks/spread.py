"""Times that were measured several times over, as a file and a table tell them."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Spread:
    """Median and ends of what was measured.

    Attributes:
        median: Half lie below.
        low: The smallest.
        high: The largest.
        number: How many there are.
    """

    median: float
    low: float
    high: float
    number: int

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        return asdict(self)


def spread_of(values: Sequence[float]) -> Spread:
    """The spread of one or more values.

    Raises:
        ValueError: If there are none.
    """
    if not values:
        raise ValueError('nothing was measured')
    return Spread(statistics.median(values), min(values), max(values), len(values))


def ratios(slow: Sequence[float], fast: Sequence[float]) -> Spread:
    """How many times longer one takes than the other, turn by turn.

    What disturbs the machine for a while disturbs both of a turn.

    Args:
        slow: Times of turns.
        fast: Times of the same turns.

    Raises:
        ValueError: If there are not as many of either.
    """
    return spread_of([one / other for one, other in zip(slow, fast, strict=True)])
