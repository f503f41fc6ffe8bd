"""Intervals of each part of the films, learned from the other parts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spondylo_mmpose.uncertainty.calibrating import calibrate
from spondylo_mmpose.uncertainty.calibration import ALL
from spondylo_mmpose.uncertainty.coverage import CoverageRow, check_coverage
from spondylo_mmpose.uncertainty.observed import Observed


@dataclass(frozen=True)
class CrossRow:
    """How many true values the intervals of one nominal coverage hold, over all parts.

    Attributes:
        of: ``corners`` or ``slips``.
        nominal: Percent.
        held: True values within.
        number: Corners or pairs.
        reaches: Each part's median distance from the predicted value to the interval's
            limit, px or percentage points.
    """

    of: str
    nominal: float
    held: int
    number: int
    reaches: tuple[float, ...]

    @property
    def actual(self) -> float:
        """Percent; NaN of none."""
        return 100 * self.held / self.number if self.number else float('nan')


def cross_check(
    whole: Sequence[Observed],
    others: Sequence[Observed],
    coverages: Sequence[float],
    few_as_normal: bool = False,
) -> list[CrossRow]:
    """Check each part with what the other parts teach.

    Six patients can't be divided into some to learn from and some to check on; this
    way each is checked by what did not see it.

    Args:
        whole: The parts.
        others: For each part all other parts together.
        coverages: Shares of true values that intervals are to hold.
        few_as_normal: See :func:`.calibrate`.

    Raises:
        SpondyloError: If too little is left to learn from.
    """
    rows: dict[tuple[str, float], list[CoverageRow]] = {}
    for part, rest in zip(whole, others, strict=True):
        check = check_coverage(calibrate(rest, coverages, few_as_normal), part)
        for row in check.rows:
            if row.kind == ALL and row.method == check.method and row.number:
                rows.setdefault((row.of, row.nominal), []).append(row)
    return [
        CrossRow(
            of,
            nominal,
            sum(round(row.actual * row.number / 100) for row in found),
            sum(row.number for row in found),
            tuple(row.reach for row in found),
        )
        for (of, nominal), found in rows.items()
    ]


def cross_check_lines(rows: Sequence[CrossRow]) -> list[str]:
    """A cross-check as lines of text."""
    lines = ['each dump checked with what the others teach:']
    for row in rows:
        unit = 'px' if row.of == 'corners' else 'points'
        lines.append(
            f'{row.of:7} {row.nominal:5g} % {row.actual:7.1f} ({row.held} of '
            f'{row.number}), ± {np.median(row.reaches):.2f} {unit}'
        )
    return lines
