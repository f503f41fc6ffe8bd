"""Vertebrae of a dump beside their truth, with what the model said of its errors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from spondylo_mmpose.errors import SpondyloError, one_line
from spondylo_mmpose.evaluation.detection import FilmOutcome, compare_films
from spondylo_mmpose.evaluation.film_pairs import (
    check_score_threshold,
    check_threshold_counts,
)
from spondylo_mmpose.evaluation.film_samples import named_pair, told_stds, unique_pairs
from spondylo_mmpose.evaluation.intervals import IntArray, record_patients
from spondylo_mmpose.evaluation.matched_records import outcome_records
from spondylo_mmpose.evaluation.radial_error import radial_errors
from spondylo_mmpose.evaluation.records import (
    VertebraRecord,
    record_from_sample,
    unique_records,
)
from spondylo_mmpose.spine.anatomy import FloatArray, vertebra_boxes
from spondylo_mmpose.uncertainty.calibration import LEARNED


@dataclass(frozen=True)
class Observed:
    """The labelled vertebrae that were found.

    Attributes:
        records: One for each.
        stds: ``(N, 4)`` px, as the model told them; ``None`` if it tells none.
        std_origin: How it made them, ``None`` if it tells none.
        patients: ``(N,)`` number of the patient of each.
        films: Number of labelled films.
        missed: Number of labelled vertebrae that were not found.
    """

    records: Sequence[VertebraRecord]
    stds: FloatArray | None
    std_origin: str | None
    patients: IntArray
    films: int
    missed: int

    @property
    def levels(self) -> list[str | None]:
        """Level of each vertebra, as annotated."""
        return [record.level for record in self.records]

    @property
    def predicted(self) -> FloatArray:
        """Predicted corners, ``(N, 4, 2)`` px."""
        return np.array([r.predicted for r in self.records]).reshape(-1, 4, 2)

    @property
    def errors(self) -> FloatArray:
        """Distances of the corners, ``(N, 4)`` px; NaN where not labelled."""
        true = np.array([r.true for r in self.records]).reshape(-1, 4, 2)
        return radial_errors(self.predicted, true)

    @property
    def areas(self) -> FloatArray:
        """Areas of the predicted vertebrae's boxes, ``(N,)`` px²."""
        boxes = vertebra_boxes(self.predicted)
        return np.asarray((boxes[:, 2:] - boxes[:, :2]).prod(1), np.float64)


def observe(
    samples: Sequence[Mapping[str, Any]], score_threshold: float | None = None
) -> Observed:
    """Read the samples of a dump.

    Args:
        samples: What :func:`.load_dump` returns, of whole films or of vertebrae whose
            boxes were given.
        score_threshold: On whole films, least score of a vertebra that counts as
            found, :data:`.film_pairs.SCORE_THRESHOLD` where none is given. Found
            vertebrae are matched to true ones by the overlap of their hulls; what
            stands for no true one is left out.

    Raises:
        SpondyloError: If a sample is none of this package, only some tell standard
            deviations, one is not positive, they were calibrated already, or the
            threshold is no score or would not be heeded.
    """
    threshold = check_score_threshold(score_threshold)
    if not samples:
        raise SpondyloError('holds no predictions')
    origins = {_std_origin(sample) for sample in samples if _found_any(sample)}
    if len(origins) > 1:
        raise SpondyloError(
            'its samples differ in whether they tell keypoint_stds, or in how those '
            'came about'
        )
    origin = origins.pop() if origins else None
    if origin is not None and origin.startswith('calibrated'):
        raise SpondyloError(
            f'its standard deviations are {origin} already; test the model without a '
            'calibration'
        )
    whole = [not isinstance(s.get('raw_ann_info'), Mapping) for s in samples]
    if any(whole) and not all(whole):
        raise SpondyloError('holds samples of films and of vertebrae side by side')
    check_threshold_counts(score_threshold, given_boxes=not all(whole))
    try:
        records, stds = (
            _whole_films(samples, threshold) if all(whole) else _given_boxes(samples)
        )
    except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
        raise SpondyloError(
            f'a data sample is not one of this package ({one_line(error)}); write the '
            'dump again'
        ) from error
    found = np.array([np.isfinite(r.predicted).all() for r in records], dtype=bool)
    kept = [record for record, is_found in zip(records, found, strict=True) if is_found]
    stds = stds[found]
    if origin is not None and not (np.isfinite(stds) & (stds > 0)).all():
        raise SpondyloError('a keypoint_stds is not a positive number')
    return Observed(
        records=kept,
        stds=None if origin is None else stds,
        std_origin=origin,
        patients=record_patients(kept),
        films=len({record.film_id for record in records}),
        missed=len(records) - len(kept),
    )


def _found_any(sample: Mapping[str, Any]) -> bool:
    """Whether a vertebra was found; a film without tells nothing of deviations."""
    return bool(np.size((sample.get('pred_instances') or {}).get('keypoints', ())))


def _std_origin(sample: Mapping[str, Any]) -> str | None:
    if told_stds(sample['pred_instances']) is None:
        return None
    return str(sample.get('std_origin') or LEARNED)


def _whole_films(
    samples: Sequence[Mapping[str, Any]], score_threshold: float
) -> tuple[list[VertebraRecord], FloatArray]:
    pairs = unique_pairs(named_pair(sample) for sample in samples)
    outcomes = compare_films(pairs, score_threshold)
    stds = [_matched_stds(outcome) for outcome in outcomes]
    return outcome_records(outcomes), np.concatenate([np.zeros((0, 4)), *stds])


def _matched_stds(outcome: FilmOutcome) -> FloatArray:
    stds = np.full(outcome.predicted.shape[:2], np.nan)
    if outcome.kept.corner_std is not None:
        matches = outcome.matches
        stds[matches.true] = outcome.kept.corner_std[matches.predicted]
    return stds


def _given_boxes(
    samples: Sequence[Mapping[str, Any]],
) -> tuple[list[VertebraRecord], FloatArray]:
    told = {}
    for sample in samples:
        record = record_from_sample(sample)
        stds = told_stds(sample['pred_instances'])
        told[record.film_id, record.vertebra_id] = (
            np.full(4, np.nan) if stds is None else stds.reshape(4)
        )
    records = unique_records(record_from_sample(sample) for sample in samples)
    rows = [told[record.film_id, record.vertebra_id] for record in records]
    return records, np.array(rows).reshape(-1, 4)
