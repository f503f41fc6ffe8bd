"""Truth and prediction of each film side by side, for what is measured end to end."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.film_predictions import FilmPrediction

FilmPair = tuple[Film, FilmPrediction | None]

SCORE_THRESHOLD = 0.3
"""Default score below which a predicted vertebra is left out, as in MMPose's demos."""


def pair_films(
    films: Iterable[Film], predictions: Iterable[FilmPrediction]
) -> list[FilmPair]:
    """Join films with what was predicted for them, by file name.

    Args:
        films: The truth.
        predictions: At most one for each film, made end to end.

    Returns:
        Every film, sorted by name; ``None`` beside one without a prediction.

    Raises:
        SpondyloError: If a prediction is for no film here, a film or a prediction
            stands twice, or the model was told where the vertebrae are.
    """
    truth = _by_name(films, 'is annotated twice; give each film once')
    found = _by_name(predictions, 'is predicted twice; give one prediction a film')
    unknown = sorted(found.keys() - truth.keys())
    if unknown:
        raise SpondyloError(
            f'{unknown[0]}: is predicted but not annotated ({len(unknown)} such '
            'films); give the annotations of the films that were predicted'
        )
    pairs = [(truth[name], found.get(name)) for name in sorted(truth)]
    for _, prediction in pairs:
        if prediction is not None and prediction.annotation_ids is not None:
            raise SpondyloError(
                f'{prediction.file_name}: was predicted with the true boxes given; '
                'what is found end to end cannot be measured on it'
            )
    return pairs


def labelled_pairs(pairs: Iterable[FilmPair]) -> list[FilmPair]:
    """Leave out what nobody labelled: nothing found there is right or wrong.

    That is a film without labels, and a vertebra with fewer than two labelled corners,
    which has no hull; the others keep their places.
    """
    bounded = [(_with_hulls(film), prediction) for film, prediction in pairs]
    return [pair for pair in bounded if len(pair[0].corners)]


def check_score_threshold(threshold: float | None) -> float:
    """The threshold itself, if it is one; the default where none is given.

    Raises:
        SpondyloError: If it does not lie between 0 and 1, as scores do: nothing would
            be found, or everything, without a word.
    """
    if threshold is None:
        return SCORE_THRESHOLD
    if not 0 <= threshold <= 1:
        raise SpondyloError(
            f'score_threshold={threshold:g}: must lie between 0 and 1, as scores do'
        )
    return threshold


def check_threshold_counts(threshold: float | None, given_boxes: bool) -> None:
    """Refuse a threshold that somebody asks for and nothing would heed.

    Args:
        threshold: ``None`` where nobody asks.
        given_boxes: Whether the model was told where the vertebrae are.

    Raises:
        SpondyloError: If every vertebra counts whatever its score.
    """
    if given_boxes and threshold is not None:
        raise SpondyloError(
            '--score-threshold is for predictions end to end; with given boxes every '
            'vertebra counts'
        )


def least_score(scores: Iterable[ArrayLike]) -> float:
    """The lowest score of all; NaN where none is told.

    What a model left out by itself, such as vertebrae whose presence is below its
    ``presence_threshold``, is in no prediction: average precision ends here.

    Args:
        scores: ``(P,)`` of each film.
    """
    told = np.concatenate([np.zeros(0), *(np.ravel(one) for one in scores)])
    return float(np.nanmin(told)) if np.isfinite(told).any() else float('nan')


def threshold_note(asked: float | None, least: float) -> str | None:
    """What is to be said of a threshold that leaves out nothing.

    Args:
        asked: ``None`` where nobody asks.
        least: See :func:`least_score`.
    """
    if asked is None or not asked < least:
        return None
    return (
        f'--score-threshold {asked:g} leaves out nothing: the lowest score is '
        f'{least:.3g}, and what the model left out by itself cannot be brought back'
    )


def reaches(scores: ArrayLike, threshold: float) -> NDArray[np.bool_]:
    """Whether each score is at least the threshold, or was not told."""
    # Written so that NaN passes.
    return ~(np.asarray(scores, dtype=np.float64) < threshold)


def _with_hulls(film: Film) -> Film:
    kept = np.isfinite(film.corners).all(-1).sum(1) >= 2
    if kept.all():
        return film
    places, orders, levels = np.flatnonzero(kept), film.orders, film.all_levels
    return replace(
        film,
        corners=film.corners[kept],
        orders=[int(i) if orders is None else orders[i] for i in places],
        levels=[levels[i] for i in places],
        vertebra_extra=(),
    )


def _by_name(items: Iterable, complaint: str) -> dict:
    named: dict = {}
    for item in items:
        if item.file_name in named:
            raise SpondyloError(f'{item.file_name}: {complaint}')
        named[item.file_name] = item
    return named
