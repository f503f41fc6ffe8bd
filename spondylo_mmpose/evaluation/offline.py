"""Metrics of predictions from a file, without a model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.box_fitting import with_corners_in_boxes
from spondylo_mmpose.evaluation.film_pairs import (
    FilmPair,
    check_score_threshold,
    check_threshold_counts,
    pair_films,
)
from spondylo_mmpose.evaluation.film_predictions import PredictionSet
from spondylo_mmpose.evaluation.joining import given_box_records, with_true_names
from spondylo_mmpose.evaluation.measuring import measure_pairs, measure_records
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.evaluation.truth import Truth
from spondylo_mmpose.spine.measurements import NO_SLIP_THRESHOLD


@dataclass(frozen=True)
class Evaluation:
    """What was measured.

    Attributes:
        metrics: Values by their names with prefix, as ``tools/test.py`` gives them.
        counts: How many films and vertebrae there were, and how many were missing.
        given_boxes: Whether the model was told where the vertebrae are.
        records: Vertebra by vertebra, given boxes.
        pairs: Film by film, end to end.
        fitted: Whether the corners were fitted to the given boxes.
    """

    metrics: Mapping[str, float]
    counts: Mapping[str, int]
    given_boxes: bool
    records: Sequence[VertebraRecord] = field(default_factory=list)
    pairs: Sequence[FilmPair] = field(default_factory=list)
    fitted: bool = False


def evaluate(
    predictions: PredictionSet,
    truth: Truth,
    *,
    given_boxes: bool | None = None,
    allow_missing: bool = False,
    fitted: bool = False,
    score_threshold: float | None = None,
    no_slip_threshold: float = NO_SLIP_THRESHOLD,
    intervals: bool = False,
) -> Evaluation:
    """Measure predictions with the metric classes that training and testing use.

    Args:
        predictions: Those of one model, under any names.
        truth: The annotated films, all of which count.
        given_boxes: What the predictions must have been made with; ``None`` takes
            what they say.
        allow_missing: Given boxes, count a vertebra without a prediction as infinitely
            wrong instead of refusing. End to end a film without one always counts as
            one on which nothing was found.
        fitted: Take given boxes for exact and fit the corners to them
            (:func:`.with_corners_in_boxes`).
        score_threshold: End to end, least score of a vertebra that counts as found;
            :data:`.film_pairs.SCORE_THRESHOLD` where none is given.
        no_slip_threshold: |slip| in percent below which a pair has grade 0.
        intervals: Add 95 % intervals by a bootstrap over patients.

    Raises:
        SpondyloError: If predictions and truth do not belong together, or the
            predictions were made otherwise than asked.
    """
    _check_kind(predictions, given_boxes, score_threshold, fitted)
    predictions, renamed = with_true_names(predictions, truth)
    predicted = sum(len(film) for film in predictions.films)
    counts = {
        'films annotated': len(truth.films),
        'films predicted': len(predictions.films),
        'films without a prediction': len(truth.films) - len(predictions.films),
        'films joined by a part of their name': renamed,
        'vertebrae predicted': predicted,
        'corners predicted as not finite': _lost(predictions),
    }
    if predictions.given_boxes:
        records, missing = given_box_records(predictions, truth, allow_missing)
        if not records:
            raise SpondyloError('the annotation files hold no labelled vertebra')
        counts['vertebrae without a prediction'] = missing
        if fitted:
            records = with_corners_in_boxes(records)
        metrics = measure_records(
            records,
            no_slip_threshold=no_slip_threshold,
            intervals=intervals,
            detailed=True,
        )
        return Evaluation(metrics, counts, True, records=records, fitted=fitted)
    pairs = pair_films((film.film for film in truth.films.values()), predictions.films)
    threshold = check_score_threshold(score_threshold)
    metrics = measure_pairs(
        pairs,
        score_threshold=threshold,
        no_slip_threshold=no_slip_threshold,
        intervals=intervals,
    )
    return Evaluation(metrics, counts, False, pairs=pairs)


def _check_kind(
    predictions: PredictionSet,
    wanted: bool | None,
    score_threshold: float | None,
    fitted: bool,
) -> None:
    given = predictions.given_boxes
    if fitted and not given:
        raise SpondyloError(
            'corners can be fitted to boxes that were given; these predictions were '
            'made without them'
        )
    if wanted is True and not given:
        raise SpondyloError(
            'the predictions name no annotation_id of the boxes that were given; '
            'measure them with --end-to-end'
        )
    if wanted is False and given:
        raise SpondyloError(
            'the predictions were made with the true boxes given; what is found end '
            'to end cannot be measured on them'
        )
    check_threshold_counts(score_threshold, given)


def _lost(predictions: PredictionSet) -> int:
    return sum(
        int((~np.isfinite(film.corners).all(axis=2)).sum())
        for film in predictions.films
    )
