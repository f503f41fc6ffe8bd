"""Do the slips that reports tell lie within their intervals?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spondylo_mmpose.evaluation.detection import FilmOutcome
from spondylo_mmpose.evaluation.intervals import Bootstrap, IntArray, mean_statistic
from spondylo_mmpose.film_report.spine_report import SpineReport
from spondylo_mmpose.spine.anatomy import FloatArray, infer_facing
from spondylo_mmpose.spine.measurements import slip_percent


@dataclass(frozen=True)
class ToldSlip:
    """A slip of a report, percent of the lower end plate.

    Attributes:
        true: That of the labelled corners.
        told: The report's.
        low, high: Ends of its interval.
    """

    true: float
    told: float
    low: float
    high: float

    @property
    def held(self) -> bool:
        """Whether the true slip lies within the interval."""
        return self.low <= self.true <= self.high


def told_slips(
    report: SpineReport, outcome: FilmOutcome, true: FloatArray
) -> list[ToldSlip]:
    """Slips that a report tells with an interval, beside those of the labels.

    Pairs of which a vertebra stands for no labelled one, or whose two stand for ones
    that are no neighbours, are left out.

    Args:
        report: Of a film, perhaps of a changed one.
        outcome: Which of the vertebrae found, upward, stand for which labelled ones.
        true: ``(N, 4, 2)`` labelled corners, upward, px of the film that the report is
            about.
    """
    facing, _ = infer_facing(true)
    if facing is None:
        return []
    slips = slip_percent(true, facing)
    # A gap of the report is a vertebra that was not found.
    orders = [one.order for one in report.vertebrae if one.hull_box is not None]
    matches = outcome.matches
    true_of = {
        orders[predicted]: int(place)
        for place, predicted in zip(matches.true, matches.predicted, strict=True)
    }
    told = []
    for pair in report.pairs:
        lower, upper = (true_of.get(o) for o in (pair.lower_order, pair.upper_order))
        if lower is None or upper != lower + 1 or not np.isfinite(slips[lower]):
            continue
        if pair.slip_percent is not None and pair.slip_interval is not None:
            told.append(
                ToldSlip(float(slips[lower]), pair.slip_percent, *pair.slip_interval)
            )
    return told


def slip_values(
    told: Sequence[Sequence[ToldSlip]], patients: IntArray
) -> dict[str, float]:
    """How many true slips lie within their intervals, and how wide these are.

    Args:
        told: Of each film.
        patients: ``(F,)`` number of the patient of each film.

    Returns:
        ``slips``, their number; ``slips_held``, percent, with ``_low`` and ``_high`` by
        the bootstrap over patients; ``slip_reach``, the median of half an interval's
        width, points. NaN without slips, limits also of fewer than two patients.
    """
    slips = [slip for film in told for slip in film]
    nan = float('nan')
    if not slips:
        return {
            'slips': 0,
            **dict.fromkeys(('slips_held', 'slips_held_low', 'slips_held_high'), nan),
            'slip_reach': nan,
        }
    held = np.array([100.0 * one.held for one in slips])
    owners = np.repeat(patients, [len(film) for film in told])
    low, high = Bootstrap().interval(*mean_statistic(held, owners))
    return {
        'slips': len(slips),
        'slips_held': float(held.mean()),
        'slips_held_low': low,
        'slips_held_high': high,
        'slip_reach': float(np.median([(one.high - one.low) / 2 for one in slips])),
    }
