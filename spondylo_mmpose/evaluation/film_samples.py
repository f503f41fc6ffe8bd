"""Truth and prediction of a whole film out of one data sample of a framework."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.converters.coco_reader import films_of_coco
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.baselines import BOX_CORNERS, place_in_box
from spondylo_mmpose.evaluation.film_pairs import FilmPair
from spondylo_mmpose.evaluation.film_predictions import FilmPrediction
from spondylo_mmpose.spine.anatomy import LEVELS, FloatArray, as_spine

_SCORES = ('bbox_scores', 'scores', 'keypoint_scores')


def film_pair_from_sample(sample: Mapping[str, Any]) -> FilmPair:
    """Read a film from a data sample in dictionary form.

    The form is MMPose's own for models that see a whole image, as
    ``SpondyloDataset(data_mode='bottomup')`` makes them. A model that builds on MMDet
    hands over the same fields.

    Args:
        sample: Needs

            * ``img_path``: the film's identity; ids repeat in joined data sets,
            * ``raw_ann_info``: list of the COCO annotations of all its vertebrae,
              ``None`` or empty for a film without labels,
            * ``film``: its COCO image entry, or one for each vertebra,
            * ``pred_instances``: ``keypoints`` ``(N, 4, 2)`` px of the film, and as
              score of a vertebra the first there is of ``bbox_scores``, ``scores``
              (``(N,)``) and ``keypoint_scores`` (``(N, 4)``, the mean counts). Where
              there are no ``keypoints``, ``bboxes`` ``(N, 4)`` of a detector, whose
              own four corners then stand for those of the vertebra: vertebrae found
              mean what they should, errors of corners are a floor. ``slots``
              ``(N,)``, places counted upward from S1, are the model's names of the
              vertebrae. For ``keypoint_stds`` see :func:`told_stds`.

    Returns:
        Truth and prediction; both bear ``img_path`` as file name.

    Raises:
        SpondyloError: If a field is missing or holds something else.
    """
    try:
        path = str(sample['img_path'])
        annotations = sample['raw_ann_info']
        if isinstance(annotations, Mapping):
            raise ValueError('it is one vertebra, not a whole film')
        film = _truth(path, annotations or (), sample.get('film'))
        return film, _prediction(path, sample['pred_instances'])
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise SpondyloError(
            f'a data sample is not one of a whole film ({error!r}); use '
            "SpondyloDataset(data_mode='bottomup') and let the test pipeline pack "
            "'film' and 'raw_ann_info'"
        ) from error


def named_pair(sample: Mapping[str, Any]) -> tuple[str, FilmPair]:
    """Read a film and its name in the data set.

    Args:
        sample: See :func:`film_pair_from_sample`.

    Returns:
        The name, which is the path for a film without labels, and the pair.

    Raises:
        SpondyloError: If a field is missing or holds something else.
    """
    pair = film_pair_from_sample(sample)
    entry = sample.get('film') or {}
    image = entry if isinstance(entry, Mapping) else entry[0]
    return str(image.get('file_name') or pair[0].file_name), pair


def unique_pairs(named: Iterable[tuple[str, FilmPair]]) -> list[FilmPair]:
    """Drop repeated films and sort the rest by name.

    Samplers of several processes may hand out a film twice to even their shares; it
    must count once.

    Args:
        named: From :func:`named_pair`.

    Returns:
        One pair for each path. Films bear their names in the data set, which are the
        same wherever it lies; where joined data sets repeat one, all keep their paths.
    """
    unique = {film.file_name: (name, (film, told)) for name, (film, told) in named}
    by_name = dict(unique.values())
    if len(by_name) < len(unique):
        by_name = {path: pair for path, (_, pair) in unique.items()}
    return [
        (
            replace(film, file_name=name),
            None if told is None else replace(told, file_name=name),
        )
        for name, (film, told) in sorted(by_name.items())
    ]


def _truth(path: str, annotations: Sequence[Mapping[str, Any]], entry: Any) -> Film:
    if not annotations:
        return Film(file_name=path, width=0, height=0, split='')
    image = entry if isinstance(entry, Mapping) else entry[0]
    content = {
        'images': [{**image, 'id': 0, 'file_name': path}],
        'annotations': [{**annotation, 'image_id': 0} for annotation in annotations],
    }
    return films_of_coco(content)[0]


def _prediction(path: str, instances: Mapping[str, Any]) -> FilmPrediction:
    if 'keypoints' not in instances and 'bboxes' in instances:  # a detector
        boxes = as_array(instances['bboxes']).reshape(-1, 4)
        keypoints = np.array([place_in_box(BOX_CORNERS, box) for box in boxes])
    else:
        keypoints = as_array(instances['keypoints'])
    corners = as_spine(keypoints) if keypoints.size else np.zeros((0, 4, 2))
    scores = np.full(len(corners), np.nan)
    for name in _SCORES:
        if instances.get(name) is not None:
            told = as_array(instances[name])
            scores = told.mean(1) if told.ndim == 2 else told
            break
    return FilmPrediction(
        path,
        corners,
        scores,
        levels=_told_levels(instances),
        corner_std=told_stds(instances),
    )


def _told_levels(instances: Mapping[str, Any]) -> list[str | None] | None:
    if instances.get('slots') is None:
        return None
    slots = as_array(instances['slots']).astype(int)
    return [LEVELS[slot] if slot < len(LEVELS) else None for slot in slots]


def told_stds(instances: Mapping[str, Any]) -> FloatArray | None:
    """Standard deviations of corners, of a model that tells them.

    Args:
        instances: ``pred_instances`` of a sample, may have ``keypoint_stds``
            ``(N, 4)``, px of the film.

    Returns:
        ``(N, 4)`` px; ``None`` without any. All NaN, as a model writes that was trained
        without the loss that teaches them, is none.

    Raises:
        ValueError: If they are of another shape.
    """
    if instances.get('keypoint_stds') is None:
        return None
    stds = as_array(instances['keypoint_stds']).reshape(-1, 4)
    return None if np.isnan(stds).all() else stds


def as_array(values: Any) -> FloatArray:
    """What a sample holds, an array or a tensor, as floats."""
    # A tensor may still lie on the device.
    if hasattr(values, 'detach'):
        values = values.detach().cpu().numpy()
    return np.asarray(values, dtype=np.float64)
