"""Predictions as JSON: the form in which others hand in theirs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from spondylo_mmpose.evaluation.film_predictions import FilmPrediction, PredictionSet
from spondylo_mmpose.evaluation.json_checks import (
    box_ids,
    check_keys,
    is_whole,
    numbers,
    objects,
    score_of,
    text_or_none,
)
from spondylo_mmpose.spine.anatomy import CORNERS, FloatArray
from spondylo_mmpose.utils.io import write_json
from spondylo_mmpose.utils.json_head import checked_head

FORMAT = 'spondylo_mmpose predictions'
FORMAT_VERSION = '1.0'
"""Readers check the part before the dot; only later parts may add fields."""

_KEYS = {'format', 'format_version', 'model', 'given_boxes', 'films'}
_FILM_KEYS = {'file_name', 'width', 'height', 'vertebrae'}
_VERTEBRA_KEYS = {'corners', 'score', 'level', 'annotation_id', 'corner_std'}


def encode_predictions(predictions: PredictionSet) -> dict[str, Any]:
    """Encode predictions for JSON.

    Args:
        predictions: Those of one model.

    Returns:
        A dictionary ready for JSON; a corner that is not finite is ``null, null``.
    """
    return {
        'format': FORMAT,
        'format_version': FORMAT_VERSION,
        'model': predictions.model,
        'given_boxes': predictions.given_boxes,
        'films': [
            {
                'file_name': film.file_name,
                'width': None if film.size is None else int(film.size[0]),
                'height': None if film.size is None else int(film.size[1]),
                'vertebrae': [_encoded(film, place) for place in range(len(film))],
            }
            for film in predictions.films
        ],
    }


def write_predictions(path: str | Path, predictions: PredictionSet) -> Path:
    """Write predictions as JSON, never half.

    Args:
        path: Target file.
        predictions: Those of one model.

    Raises:
        SpondyloError: If it cannot be written.
    """
    return write_json(path, encode_predictions(predictions), None)


def decode_predictions(value: Any) -> PredictionSet:
    """Decode what :func:`encode_predictions` makes, from whomever it comes.

    Args:
        value: Decoded JSON.

    Raises:
        ValueError: One line that says where in the file something is wrong, and what.
    """
    checked_head(value, FORMAT, FORMAT_VERSION)
    strict = value['format_version'] == FORMAT_VERSION
    check_keys(value, _KEYS, strict, 'the file')
    given = value.get('given_boxes')
    if not isinstance(given, bool):
        raise ValueError('needs "given_boxes": true or false')
    films = [
        _film(entry, given, strict, f'film {place}')
        for place, entry in enumerate(objects(value.get('films'), 'films'), 1)
    ]
    names = [film.file_name for film in films]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f'film {twice!r} stands twice; put its vertebrae together')
    return PredictionSet(films, given, text_or_none(value.get('model'), 'model'))


def _encoded(film: FilmPrediction, place: int) -> dict[str, Any]:
    corners = np.asarray(film.corners[place], np.float64)
    found = np.isfinite(corners).all(axis=1, keepdims=True)
    ids, std, levels = film.annotation_ids, film.corner_std, film.levels
    return {
        'corners': np.where(found, corners, np.nan).tolist(),
        'score': float(film.scores[place]),
        'level': None if levels is None else levels[place],
        'annotation_id': None if ids is None else int(ids[place]),
        'corner_std': None if std is None else np.float64(std[place]).tolist(),
    }


def _film(entry: Mapping[str, Any], given: bool, strict: bool, at: str) -> Any:
    check_keys(entry, _FILM_KEYS, strict, at)
    name = text_or_none(entry.get('file_name'), f'{at}: file_name')
    if not name:
        raise ValueError(f'{at} has no file_name')
    at = f'{at} ({name!r})'
    sides = [entry.get('width'), entry.get('height')]
    if sides != [None, None] and not all(is_whole(s, 1) for s in sides):
        raise ValueError(f'{at} has no width and height in whole px; or leave out both')
    vertebrae = list(objects(entry.get('vertebrae'), f'{at}: vertebrae'))
    for place, vertebra in enumerate(vertebrae, 1):
        check_keys(vertebra, _VERTEBRA_KEYS, strict, f'{at}, vertebra {place}')
    place_of = [f'{at}, vertebra {place}' for place in range(1, len(vertebrae) + 1)]
    both = list(zip(vertebrae, place_of, strict=True))
    levels = [text_or_none(v.get('level'), f'{where}: level') for v, where in both]
    stds = [_std(v.get('corner_std'), where) for v, where in both]
    return FilmPrediction(
        file_name=name,
        corners=np.array([_corners(v, where) for v, where in both]).reshape(-1, 4, 2),
        scores=np.array([score_of(v.get('score'), where) for v, where in both]),
        levels=levels if any(levels) else None,
        annotation_ids=box_ids([v.get('annotation_id') for v in vertebrae], given, at),
        corner_std=np.array(
            [np.full(4, np.nan) if std is None else std for std in stds]
        )
        if any(std is not None for std in stds)
        else None,
        size=None if sides[0] is None else (sides[0], sides[1]),  # type: ignore[arg-type]
    )


def _corners(vertebra: Mapping[str, Any], at: str) -> FloatArray:
    corners = vertebra.get('corners')
    if not isinstance(corners, list) or len(corners) != 4:
        raise ValueError(f'{at} has not four corners ({", ".join(CORNERS)})')
    quad = np.full((4, 2), np.nan)
    for place, corner in enumerate(corners):
        if corner is not None and corner != [None, None]:
            quad[place] = numbers(corner, 2, f'{at}: {CORNERS[place]}')
    return quad


def _std(value: Any, at: str) -> FloatArray | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 4:
        raise ValueError(f'{at}: corner_std has not four numbers')
    known = [0 if v is None else v for v in value]
    std = numbers(known, 4, f'{at}: corner_std')
    if (std < 0).any():
        raise ValueError(f'{at}: corner_std is negative')
    std[[v is None for v in value]] = np.nan
    return std
