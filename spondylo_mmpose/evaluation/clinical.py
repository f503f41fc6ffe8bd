"""Slip and Meyerding grade of predicted corners beside those of the true ones."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite

from spondylo_mmpose.evaluation.film_spines import FilmSpine, film_spines
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.spine.anatomy import LEVELS
from spondylo_mmpose.spine.measurements import slip_percent


@dataclass(frozen=True)
class SlipPair:
    """True and predicted slip of one pair of neighbours.

    Attributes:
        film_id: Path of the image.
        order: Place of the upper vertebra along the spine.
        name: Levels of the pair from above, e.g. ``L5-S1``; ``?`` where unknown.
        true: True slip in percent, NaN where it can't be measured.
        predicted: Predicted slip in percent.
        facing_agrees: Whether the predicted corners give the true corners' facing.
        in_mm: Whether it was measured in mm.
        true_aspect: Whether x and y had one scale. In px of a stretched film a slip
            over a tilted end plate comes out wrong.
    """

    film_id: str
    order: int
    name: str
    true: float
    predicted: float
    facing_agrees: bool
    in_mm: bool = False
    true_aspect: bool = False


def slip_pairs(records: Iterable[VertebraRecord]) -> list[SlipPair]:
    """Measure every pair of neighbouring vertebrae of every lateral film.

    Where the film's true aspect is known, the stretch is taken out, else slips are
    those of the px. For the facing see :class:`.FilmSpine`.

    Args:
        records: Vertebrae with a known order; neighbours differ by one.

    Returns:
        Pairs, film by film, from the lowest upward. Vertebrae without an order, AP
        films and films whose facing can't be inferred from the truth give none.
    """
    return [pair for film in film_spines(records) for pair in _film_pairs(film)]


def measured_by_truth(records: Iterable[VertebraRecord]) -> list[SlipPair]:
    """Pairs of :func:`slip_pairs` that the true corners can measure."""
    return [pair for pair in slip_pairs(records) if isfinite(pair.true)]


def level_pair_key(name: str) -> tuple[int, str]:
    """Sort key that brings names like ``L5-S1`` into the order upward."""
    lower = name.rpartition('-')[2]
    return LEVELS.index(lower) if lower in LEVELS else len(LEVELS), name


def _film_pairs(film: FilmSpine) -> list[SlipPair]:
    if film.facing is None:
        return []
    true = slip_percent(film.true, film.facing)
    predicted = slip_percent(film.predicted, film.predicted_facing or film.facing)
    return [
        SlipPair(
            film_id=film.film_id,
            order=film.orders[i + 1],
            name=film.pair_name(i),
            true=float(true[i]),
            predicted=float(predicted[i]),
            facing_agrees=film.predicted_facing == film.facing,
            in_mm=film.in_mm,
            true_aspect=film.true_aspect,
        )
        for i in film.neighbours
    ]
