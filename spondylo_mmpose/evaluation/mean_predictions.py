"""The mean of what several models say, given the same boxes."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.film_predictions import FilmPrediction, PredictionSet


def mean_predictions(sets: Sequence[PredictionSet]) -> PredictionSet:
    """Take the mean of the corners, and of the scores, of each vertebra.

    Args:
        sets: What each model says about the same vertebrae.

    Returns:
        Without ``corner_std``: how far off a mean is, none of the models tells. A
        corner that one of them lacks is NaN.

    Raises:
        SpondyloError: If boxes were not given, or not the same to all.
    """
    if not all(one.given_boxes for one in sets):
        raise SpondyloError(
            'a mean of models is taken of the vertebrae whose boxes were given; some '
            'of the predictions were made without them'
        )
    by_name = [{film.file_name: film for film in one.films} for one in sets]
    for one, films in zip(sets, by_name, strict=True):
        if len(films) < len(one.films) or films.keys() != by_name[0].keys():
            raise SpondyloError('a mean of models needs each film once from every one')
    means = [_mean([films[name] for films in by_name]) for name in by_name[0]]
    names = [one.model or 'a model without a name' for one in sets]
    return PredictionSet(means, True, f'mean of {", ".join(names)}')


def _mean(films: Sequence[FilmPrediction]) -> FilmPrediction:
    ordered = [film.keep(np.argsort(film.annotation_ids or ())) for film in films]
    first = ordered[0]
    if any(film.annotation_ids != first.annotation_ids for film in ordered):
        raise SpondyloError(
            f'{first.file_name}: a mean of models needs each vertebra from every one'
        )
    return replace(
        first,
        corners=np.mean([film.corners for film in ordered], axis=0),
        scores=np.mean([film.scores for film in ordered], axis=0),
        corner_std=None,
    )
