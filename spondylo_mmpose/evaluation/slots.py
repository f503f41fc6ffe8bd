"""The slot metric of the published baselines, so that their numbers can stand beside.

Those networks have one output for each of ten slots times four corners. Their
evaluation, in short: vertebrae are numbered from the top, the first ten count, the
i-th predicted one is compared with the i-th true one and corner with corner, in px of
a film scaled to 512. Nothing is matched: where the topmost vertebra is a matter of
taste, everything below is off by one, about 50 px. Predicted vertebrae beyond the true
ones cost nothing.

Their mean is one over batches of two or four films. Here corners are pooled, and the
mean over films of each film's mean is given beside. So are errors with vertebrae
numbered from the lowest, S1, which is no matter of taste: the difference between the
two is what counting from the top costs.
"""

from collections.abc import Iterable

import numpy as np

from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.evaluation.film_pairs import (
    SCORE_THRESHOLD,
    FilmPair,
    labelled_pairs,
    reaches,
)
from spondylo_mmpose.evaluation.film_predictions import FilmPrediction
from spondylo_mmpose.evaluation.radial_error import (
    known_mean,
    radial_errors,
    summarise_errors,
)
from spondylo_mmpose.spine.anatomy import FloatArray, centres

SLOTS = 10
SLOT_SIZE = 512
"""Longer side, px, of the space in which the published errors are measured."""

SLOT_THRESHOLDS = (6, 12, 18, 24)
"""SDR thresholds of the published tables, px of that space."""

UNIT = f'px{SLOT_SIZE}'


LOWEST = 'lowest_'
"""Before the names of what is counted from the lowest vertebra."""


def slot_errors(
    film: Film, prediction: FilmPrediction | None, upward: bool = False
) -> FloatArray:
    """Errors of a film's corners, slot by slot from the top.

    Args:
        film: The truth.
        prediction: What was predicted, ``None`` for nothing.
        upward: Number vertebrae from the lowest instead.

    Returns:
        ``(min(N, 10), 4)`` px of the film scaled so that its longer side is 512. NaN
        where a corner is not labelled, infinity where it is and none is predicted.
    """
    true = _in_order(film.corners, upward)[:SLOTS]
    predicted = np.full_like(true, np.nan)
    if prediction is not None:
        found = _in_order(prediction.corners, upward)[: len(true)]
        predicted[: len(found)] = found
    scale = SLOT_SIZE / max(film.width, film.height)
    return radial_errors(predicted * scale, true * scale)


def summarise_slots(
    pairs: Iterable[FilmPair], score_threshold: float = SCORE_THRESHOLD
) -> dict[str, float]:
    """Pool the errors of all labelled films.

    As published, MRE is taken over the slots that truth and prediction both have,
    SDR over all true corners of the first ten vertebrae. The published networks fill
    every slot; a model that does not has ``slots_without_prediction``, and its MRE
    tells nothing about them.

    Args:
        pairs: From :func:`.pair_films`.
        score_threshold: Predicted vertebrae with a lower score are left out; those
            without a score stay.

    Returns:
        ``MRE_px512``, ``median_px512``, ``p95_px512``, ``SDR@6px512`` (percent) and so
        on over corners; ``film_mean_MRE_px512`` and ``film_mean_SDR@6px512`` as means
        over films; the counts ``films``, ``vertebrae``, ``corners``,
        ``slots_without_prediction`` and ``slots_beyond_truth``.
    """
    every, filled, beyond = [], [], 0
    upward, filled_upward = [], []
    for film, prediction in labelled_pairs(pairs):
        if prediction is not None:
            kept = reaches(prediction.scores, score_threshold)
            prediction = prediction.keep(np.flatnonzero(kept))
        errors = slot_errors(film, prediction)
        other = slot_errors(film, prediction, upward=True)
        number = 0 if prediction is None else len(prediction)
        beyond += max(min(number, SLOTS) - len(errors), 0)
        every.append(errors)
        filled.append(errors[:number])
        upward.append(other)
        filled_upward.append(other[:number])
    pool = _summary(_joined(every), _joined(filled))
    by_film = [_summary(*film) for film in zip(every, filled, strict=True)]
    names = [f'MRE_{UNIT}', *(f'SDR@{t:g}{UNIT}' for t in SLOT_THRESHOLDS)]
    metrics = pool | {
        f'film_mean_{name}': known_mean([film[name] for film in by_film])
        for name in names
    }
    from_lowest = _summary(_joined(upward), _joined(filled_upward))
    metrics |= {f'{LOWEST}{name}': value for name, value in from_lowest.items()}
    total, matched = (sum(len(e) for e in errors) for errors in (every, filled))
    return metrics | {
        'films': len(every),
        'vertebrae': total,
        'corners': int((~np.isnan(_joined(every))).sum()),
        'slots_without_prediction': total - matched,
        'slots_beyond_truth': beyond,
        'score_threshold': score_threshold,
    }


def _in_order(spine: FloatArray, upward: bool) -> FloatArray:
    """Sort vertebrae by the height of their centres, those without any last."""
    heights = centres(spine)[:, 1]
    return spine[np.argsort(-heights if upward else heights, kind='stable')]


def _summary(every: FloatArray, filled: FloatArray) -> dict[str, float]:
    distances = summarise_errors(filled, (), UNIT)
    rates = summarise_errors(every, SLOT_THRESHOLDS, UNIT)
    return distances | {k: v for k, v in rates.items() if k.startswith('SDR')}


def _joined(errors: list[FloatArray]) -> FloatArray:
    return np.concatenate(errors) if errors else np.zeros((0, 4))
