"""Predictions of a run beside the truth, whatever file they are in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spondylo_mmpose.converters.data_root import images_folder
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.dump import load_dump
from spondylo_mmpose.evaluation.film_pairs import FilmPair, pair_films
from spondylo_mmpose.evaluation.film_samples import named_pair, unique_pairs
from spondylo_mmpose.evaluation.joining import given_box_records, with_true_names
from spondylo_mmpose.evaluation.matched_records import matched_records
from spondylo_mmpose.evaluation.prediction_files import read_predictions
from spondylo_mmpose.evaluation.records import (
    VertebraRecord,
    record_from_sample,
    unique_records,
)
from spondylo_mmpose.evaluation.truth import Truth


@dataclass(frozen=True)
class RunPredictions:
    """Predictions joined with the truth.

    Attributes:
        given_boxes: Whether the model was told where the vertebrae are.
        records: See :class:`.RunRecord`.
        pairs: End to end, else empty.
        film_files: Image of each film by the ``film_id`` of its records.
        notes: What a reader must know.
    """

    given_boxes: bool
    records: Sequence[VertebraRecord]
    pairs: Sequence[FilmPair] = ()
    film_files: Mapping[str, Path] = field(default_factory=dict)
    notes: Sequence[str] = ()


def read_run_predictions(
    path: Path, truth: Truth | None, score_threshold: float
) -> RunPredictions:
    """Read predictions and their truth.

    Args:
        path: File that :func:`.read_predictions` reads.
        truth: Annotated films; ``None`` takes the truth that a dump holds.
        score_threshold: End to end, least score of a vertebra that counts as found.

    Raises:
        SpondyloError: If the file is missing or damaged, holds nothing, has no truth,
            or is of other films than the truth.
    """
    try:
        told = (
            _own_truth(path, score_threshold)
            if truth is None
            else _joined(path, truth, score_threshold)
        )
        if not told.records:
            raise SpondyloError('holds no predictions of labelled films')
    except SpondyloError as error:
        text = str(error)
        named = text if text.startswith(f'{path}: ') else f'{path}: {text}'
        raise SpondyloError(named) from error
    return told


def _own_truth(path: Path, score_threshold: float) -> RunPredictions:
    if path.is_file() and not _is_pickle(path):
        raise SpondyloError(
            'holds no truth; name the annotation files of its films with --annotations'
        )
    samples = load_dump(path)
    if not samples:
        raise SpondyloError('holds no predictions')
    # Samples of vertebrae have an annotation each, samples of films a list of them.
    of_films = [isinstance(s.get('raw_ann_info'), list | None) for s in samples]
    if not all(of_films) or 'raw_ann_info' not in samples[0]:
        records = unique_records(record_from_sample(sample) for sample in samples)
        return RunPredictions(True, records)
    pairs = unique_pairs(named_pair(sample) for sample in samples)
    records = matched_records(pairs, score_threshold)
    return RunPredictions(False, records, pairs, _film_files(samples))


def _joined(path: Path, truth: Truth, score_threshold: float) -> RunPredictions:
    predictions, _ = with_true_names(read_predictions(path, truth.contents), truth)
    files = _true_files(truth)
    if predictions.given_boxes:
        records, missing = given_box_records(predictions, truth, allow_missing=True)
        if missing:
            raise SpondyloError(
                f'{missing} of {len(records)} annotated vertebrae have no prediction; '
                'name the annotation files of the films that were predicted, all of '
                'them'
            )
        return RunPredictions(True, records, film_files=files)
    pairs = pair_films((film.film for film in truth.films.values()), predictions.films)
    missed = len(pairs) - len(predictions.films)
    notes = [f'{missed} of {len(pairs)} films have no prediction'] if missed else []
    records = matched_records(pairs, score_threshold)
    return RunPredictions(False, records, pairs, files, notes)


def _is_pickle(path: Path) -> bool:
    with path.open('rb') as stream:
        return stream.read(1) == b'\x80'


def _film_files(samples: Sequence[Mapping[str, Any]]) -> dict[str, Path]:
    """Images by both names that a film may bear."""
    files = {}
    for sample in samples:
        name, (film, _) = named_pair(sample)
        files[name] = files[film.file_name] = Path(film.file_name)
    return files


def _true_files(truth: Truth) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for path, content in zip(truth.paths, truth.contents, strict=True):
        try:
            folder = images_folder(path)
        except SpondyloError:
            continue  # Only pictures of films need it.
        names = [str(image['file_name']) for image in content['images']]
        files |= {name: folder / name for name in names}
    return files
