"""Predictions from a file beside the truth; nothing is passed over in silence."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.converters.coco_reader import corners_of
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.film_predictions import FilmPrediction, PredictionSet
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.evaluation.truth import TrueFilm, Truth


def with_true_names(
    predictions: PredictionSet, truth: Truth
) -> tuple[PredictionSet, int]:
    """Give predictions the file names of the truth.

    A film is the one of the same name; else the only one whose name has the same last
    part; else the only one where that is the same but for the suffix.

    Args:
        predictions: Those of one model.
        truth: The annotated films.

    Returns:
        The same predictions under the names of the truth, and how many were renamed.

    Raises:
        SpondyloError: If a film is unknown or could be several, two predictions are
            for one film, or a film had another size.
    """
    keys = (_last_part, _stem)
    known = [_grouped(truth.films, key) for key in keys]
    renamed: dict[str, FilmPrediction] = {}
    number, unknown = 0, []
    for film in predictions.films:
        name, found = film.file_name, [film.file_name]
        if name not in truth.films:
            both = zip(known, keys, strict=True)
            found = next((g[key(name)] for g, key in both if key(name) in g), [])
            number += 1
        if not found:
            unknown.append(name)
            continue
        if len(found) > 1:
            raise SpondyloError(
                f'film {name} could be {found[0]} or {found[1]}; write the file names '
                'of the annotation file into the predictions'
            )
        if found[0] in renamed:
            raise SpondyloError(f'film {found[0]} has two predictions; keep one')
        renamed[found[0]] = replace(film, file_name=found[0])
        _check_size(renamed[found[0]], truth.films[found[0]].film)
    if unknown:
        raise SpondyloError(
            f'{len(unknown)} predicted films are in none of the annotation files, the '
            f'first is {min(unknown)}; give the files that hold them'
        )
    return replace(predictions, films=list(renamed.values())), number


def given_box_records(
    predictions: PredictionSet, truth: Truth, allow_missing: bool = False
) -> tuple[list[VertebraRecord], int]:
    """Put predictions for given boxes beside the truth, vertebra by vertebra.

    Args:
        predictions: Under the names of the truth (:func:`with_true_names`).
        truth: The annotated films.
        allow_missing: Count a vertebra without a prediction as infinitely wrong
            instead of refusing.

    Returns:
        A record for each vertebra, sorted by film and id, and how many of them have no
        prediction. Crowds and vertebrae without a labelled corner are not asked for.

    Raises:
        SpondyloError: If a vertebra is unknown, or one has no prediction.
    """
    quads: dict[tuple[str, int], np.ndarray] = {}
    for film in predictions.films:
        known = truth.films[film.file_name].annotations
        for vertebra, quad in zip(film.annotation_ids or (), film.corners, strict=True):
            if vertebra not in known:
                raise SpondyloError(
                    f'film {film.file_name} has no vertebra with annotation_id '
                    f'{vertebra}; give the annotation files that the boxes came from'
                )
            quads[film.file_name, vertebra] = quad
    asked = {
        (name, vertebra)
        for name, film in truth.films.items()
        for vertebra, annotation in film.annotations.items()
        if _is_asked_for(annotation)
    }
    missing = sorted(asked - quads.keys())
    if missing and not allow_missing:
        raise SpondyloError(
            f'{len(missing)} of {len(asked)} vertebrae have no prediction, the first '
            f'is annotation {missing[0][1]} of film {missing[0][0]}; --allow-missing '
            'counts them as infinitely wrong'
        )
    records = [
        _record(truth.films[name], vertebra, quads.get((name, vertebra)))
        for name, vertebra in sorted(asked | quads.keys())
    ]
    return records, len(missing)


def _record(
    true: TrueFilm, vertebra: int, predicted: np.ndarray | None
) -> VertebraRecord:
    annotation = true.annotations[vertebra]
    x, y, width, height = annotation['bbox']
    return VertebraRecord(
        film_id=true.film.file_name,
        vertebra_id=vertebra,
        order=annotation.get('order'),
        level=annotation.get('level'),
        film=true.image,
        box=np.array([x, y, x + width, y + height], dtype=np.float64),
        predicted=np.full((4, 2), np.nan) if predicted is None else predicted,
        true=corners_of([annotation])[0],
    )


def _is_asked_for(annotation: Mapping[str, Any]) -> bool:
    labelled = np.isfinite(corners_of([annotation])).any()
    return bool(labelled) and not annotation.get('iscrowd')


def _check_size(prediction: FilmPrediction, film: Film) -> None:
    size = prediction.size
    if size is not None and tuple(size) != (film.width, film.height):
        raise SpondyloError(
            f'film {film.file_name} was predicted at {size[0]} x {size[1]} px, but is '
            f'annotated at {film.width} x {film.height} px; give corners in px of the '
            'annotated film'
        )


def _grouped(names: Iterable[str], key: Callable[[str], str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name in sorted(names):
        groups.setdefault(key(name), []).append(name)
    return groups


def _last_part(name: str) -> str:
    return PurePosixPath(name.replace('\\', '/')).name


def _stem(name: str) -> str:
    return PurePosixPath(name.replace('\\', '/')).stem
