"""Predictions out of the data samples of a dump."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from spondylo_mmpose.errors import SpondyloError, one_line
from spondylo_mmpose.evaluation.film_predictions import FilmPrediction, PredictionSet
from spondylo_mmpose.evaluation.film_samples import named_pair, told_stds
from spondylo_mmpose.evaluation.records import VertebraRecord, record_from_sample
from spondylo_mmpose.spine.anatomy import FloatArray


def predictions_of_dump(samples: Sequence[Mapping[str, Any]]) -> PredictionSet:
    """Read predictions from the samples of one run.

    Samples are of one vertebra each, whose box was given (:func:`record_from_sample`),
    or of a whole film each (:func:`named_pair`).

    Args:
        samples: What :func:`.load_dump` returns.

    Returns:
        Predictions by film, in the order of the dump. What a sampler handed out twice
        counts once. The score of a vertebra whose box was given is the mean of its
        corners' scores, held within [0, 1]. Deviations of corners are those that the
        model told, where it tells any.

    Raises:
        SpondyloError: If the samples are of neither kind or of both, or one film or
            vertebra has two different predictions.
    """
    whole = [not isinstance(s.get('raw_ann_info'), Mapping) for s in samples]
    if not samples:
        raise SpondyloError('holds no predictions')
    if any(whole) and not all(whole):
        raise SpondyloError('holds samples of films and of vertebrae side by side')
    try:
        if all(whole):
            return PredictionSet(_whole_films(samples))
        return PredictionSet(_given_boxes(samples), given_boxes=True)
    except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
        raise SpondyloError(
            f'a data sample is not one of this package ({one_line(error)}); write the '
            'dump again'
        ) from error


def _whole_films(samples: Sequence[Mapping[str, Any]]) -> list[FilmPrediction]:
    films: dict[str, FilmPrediction] = {}
    for sample in samples:
        name, (film, prediction) = named_pair(sample)
        assert prediction is not None
        found = FilmPrediction(
            file_name=name,
            corners=prediction.corners,
            scores=np.clip(prediction.scores, 0, 1),
            levels=prediction.levels,
            corner_std=prediction.corner_std,
            size=(film.width, film.height) if film.width else None,
        )
        before = films.setdefault(found.file_name, found)
        if not np.array_equal(before.corners, found.corners, equal_nan=True):
            raise SpondyloError(f'film {found.file_name} has two different predictions')
    return list(films.values())


def _given_boxes(samples: Sequence[Mapping[str, Any]]) -> list[FilmPrediction]:
    paths: dict[str, str] = {}
    films: dict[str, dict[int, tuple[VertebraRecord, Mapping[str, Any]]]] = {}
    for sample in samples:
        record = record_from_sample(sample)
        name = str(record.film.get('file_name') or record.film_id)
        if paths.setdefault(name, record.film_id) != record.film_id:
            raise SpondyloError(
                f'film {name} stands in two data sets; dump one data set at a time'
            )
        vertebrae = films.setdefault(name, {})
        before, _ = vertebrae.setdefault(
            record.vertebra_id, (record, sample['pred_instances'])
        )
        if not np.array_equal(before.predicted, record.predicted, equal_nan=True):
            raise SpondyloError(
                f'vertebra {record.vertebra_id} of film {name} has two different '
                'predictions'
            )
    return [_film(name, list(found.values())) for name, found in films.items()]


def _film(
    name: str, vertebrae: Sequence[tuple[VertebraRecord, Mapping[str, Any]]]
) -> FilmPrediction:
    entry = vertebrae[0][0].film
    size = entry.get('width'), entry.get('height')
    return FilmPrediction(
        file_name=name,
        corners=np.stack([record.predicted for record, _ in vertebrae]),
        scores=np.array([_score(instances) for _, instances in vertebrae]),
        annotation_ids=[record.vertebra_id for record, _ in vertebrae],
        corner_std=_corner_stds([instances for _, instances in vertebrae]),
        size=None if None in size else size,  # type: ignore[arg-type]
    )


def _corner_stds(vertebrae: Sequence[Mapping[str, Any]]) -> FloatArray | None:
    stds = [told_stds(instances) for instances in vertebrae]
    if all(one is None for one in stds):
        return None
    return np.array([np.full(4, np.nan) if s is None else s.reshape(4) for s in stds])


def _score(instances: Mapping[str, Any]) -> float:
    scores = instances.get('keypoint_scores')
    if scores is None:
        return float('nan')
    return float(np.clip(np.mean(np.asarray(scores, np.float64)), 0, 1))
