"""Predictions in the form of COCO keypoint results."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from spondylo_mmpose.evaluation.film_predictions import FilmPrediction, PredictionSet
from spondylo_mmpose.evaluation.json_checks import (
    box_ids,
    is_whole,
    numbers,
    objects,
    score_of,
)


def decode_coco_results(
    value: Any, contents: Sequence[Mapping[str, Any]]
) -> PredictionSet:
    """Decode COCO keypoint results.

    Args:
        value: Decoded JSON: a list of ``{image_id, category_id, keypoints, score}``
            with ``keypoints`` four times x, y (px) and a third number, which is not
            used. Where each entry has an ``annotation_id`` too, that vertebra's box
            was given. Other fields are not looked at.
        contents: Decoded annotation files, which tell what the ids stand for.

    Returns:
        Predictions of the films that have any; the form has no place for the others.

    Raises:
        ValueError: One line that says which entry is wrong, and how.
    """
    images = images_by_id(contents)
    found: dict[int, list[tuple[np.ndarray, float, Any]]] = {}
    entries = objects(value, 'COCO results')
    given = any(entry.get('annotation_id') is not None for entry in entries)
    for at, image, entry in checked_entries(entries, images, contents):
        corners = numbers(entry.get('keypoints'), 12, f'{at}: keypoints')
        quad = corners.reshape(4, 3)[:, :2]
        score = score_of(entry.get('score'), at)
        found.setdefault(image, []).append((quad, score, entry.get('annotation_id')))
    films = []
    for image, vertebrae in sorted(found.items()):
        entry = images[image]
        quads, scores, ids = zip(*vertebrae, strict=True)
        films.append(
            FilmPrediction(
                file_name=entry['file_name'],
                corners=np.stack(quads),
                scores=np.array(scores),
                annotation_ids=box_ids(ids, given, f'image_id {image}'),
            )
        )
    return PredictionSet(films, given)


def checked_entries(
    entries: Sequence[Mapping[str, Any]],
    images: dict[int, Mapping[str, Any]],
    contents: Sequence[Mapping[str, Any]],
) -> Iterator[tuple[str, int, Mapping[str, Any]]]:
    """Go through COCO results of any kind.

    Args:
        entries: Objects.
        images: See :func:`images_by_id`.
        contents: Decoded annotation files, which tell what the ids stand for.

    Yields:
        Place of an entry, for messages, id of its image, and the entry.

    Raises:
        ValueError: If an entry is of no film or no category of the annotation files.
    """
    categories = {c['id'] for content in contents for c in content['categories']}
    for place, entry in enumerate(entries, 1):
        at = f'entry {place}'
        image, category = entry.get('image_id'), entry.get('category_id')
        if not is_whole(image) or image not in images:
            raise ValueError(
                f'{at}: image_id {image!r:.40} is in none of the annotation files'
            )
        if not is_whole(category) or category not in categories:
            raise ValueError(
                f'{at}: category_id {category!r:.40} is not that of the annotation '
                f'files ({", ".join(map(str, sorted(categories)))})'
            )
        yield at, image, entry


def images_by_id(contents: Sequence[Mapping[str, Any]]) -> dict[int, Mapping[str, Any]]:
    """Image entries of annotation files by their ids.

    Raises:
        ValueError: If two files use an id, which then names no film.
    """
    images: dict[int, Mapping[str, Any]] = {}
    for content in contents:
        for image in content['images']:
            if image['id'] in images:
                raise ValueError(
                    f'image_id {image["id"]} stands in more than one of the annotation '
                    'files; measure COCO results with one annotation file at a time'
                )
            images[image['id']] = image
    return images
