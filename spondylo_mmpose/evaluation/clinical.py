"""Slip and Meyerding grade of predicted corners beside those of the true ones."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.spine.anatomy import LEVELS, FloatArray, infer_facing
from spondylo_mmpose.spine.measurements import slip_percent, to_scale


@dataclass(frozen=True)
class SlipPair:
    """True and predicted slip of one pair of neighbours.

    Attributes:
        film_id: Path of the image.
        name: Levels of the pair from above, e.g. ``L5-S1``; ``?`` where unknown.
        true: True slip in percent, NaN where it can't be measured.
        predicted: Predicted slip in percent.
        facing_agrees: Whether the predicted corners give the true corners' facing.
        in_mm: Whether it was measured in mm. In px of a stretched film a slip over a
            tilted end plate comes out wrong.
    """

    film_id: str
    name: str
    true: float
    predicted: float
    facing_agrees: bool
    in_mm: bool = False


def slip_pairs(records: Iterable[VertebraRecord]) -> list[SlipPair]:
    """Measure every pair of neighbouring vertebrae of every lateral film.

    Where the film's pixel spacing is known, slips are measured in mm, else in px.

    The facing of truth and prediction is inferred from their own corners, as on a film
    without labels: a prediction that mirrors the spine is an error and shows as one.

    Args:
        records: Vertebrae with a known order; neighbours differ by one.

    Returns:
        Pairs, film by film, from the lowest upward. Vertebrae without an order, AP
        films and films whose facing can't be inferred from the truth give none.
    """
    films: dict[str, list[VertebraRecord]] = defaultdict(list)
    for record in records:
        if record.order is not None and record.film.get('view') != 'ap':
            films[record.film_id].append(record)
    pairs = []
    for film_id, film in sorted(films.items()):
        film.sort(key=lambda record: record.order or 0)
        pairs.extend(_film_pairs(film_id, film))
    return pairs


def level_pair_key(name: str) -> tuple[int, str]:
    """Sort key that brings names like ``L5-S1`` into the order upward."""
    lower = name.rpartition('-')[2]
    return LEVELS.index(lower) if lower in LEVELS else len(LEVELS), name


def _film_pairs(film_id: str, film: Sequence[VertebraRecord]) -> list[SlipPair]:
    spacing = film[0].spacing
    true = to_scale(np.stack([record.true for record in film]), spacing)
    predicted = to_scale(np.stack([record.predicted for record in film]), spacing)
    # A corner that is nowhere labelled is nowhere learnt: what is predicted for it says
    # nothing.
    predicted[np.isnan(true)] = np.nan
    facing, _ = infer_facing(true)
    if facing is None:
        return []
    predicted_facing, _ = infer_facing(predicted)
    true_slip = slip_percent(true, facing)
    slip: FloatArray = slip_percent(predicted, predicted_facing or facing)
    return [
        SlipPair(
            film_id=film_id,
            name=f'{film[i + 1].level or "?"}-{film[i].level or "?"}',
            true=float(true_slip[i]),
            predicted=float(slip[i]),
            facing_agrees=predicted_facing == facing,
            in_mm=spacing is not None,
        )
        for i in range(len(film) - 1)
        if (film[i + 1].order or 0) - (film[i].order or 0) == 1
    ]
