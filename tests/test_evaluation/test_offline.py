import math
import pickle

import numpy as np
import pytest
from mmengine.config import Config
from mmpose.registry import METRICS

from spondylo_mmpose.converters.coco_reader import films_of_coco
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation import AtomicDumpResults
from spondylo_mmpose.evaluation.film_predictions import FilmPrediction, PredictionSet
from spondylo_mmpose.evaluation.offline import evaluate
from spondylo_mmpose.evaluation.prediction_files import read_predictions
from spondylo_mmpose.evaluation.prediction_json import write_predictions
from spondylo_mmpose.evaluation.truth import read_truth
from spondylo_mmpose.utils.io import read_json
from tests.conftest import ROOT
from tests.test_evaluation.offline_helpers import (
    samples_of,
    shifted,
    three_films,
    write_truth,
)

TESTING = Config.fromfile(
    ROOT / 'configs/_base_/spondylo_topdown.py', import_custom_modules=False
).spondylo_test_evaluator
"""Metrics that a test prints."""


def assert_same(one, other):
    assert {k: v for k, v in one.items() if not math.isnan(v)} == {
        k: v for k, v in other.items() if not math.isnan(v)
    }
    assert one.keys() == other.keys()


def online(samples, batch):
    """What a run prints for samples that come in batches."""
    values = {}
    for entry in TESTING:
        metric = METRICS.build(entry)
        for start in range(0, len(samples), batch):
            metric.process({}, samples[start : start + batch])
        values |= metric.evaluate(len(samples))
    return values


@pytest.fixture
def lumbar(phantoms):
    return phantoms / 'annotations' / 'train.json'


@pytest.fixture
def samples(lumbar):
    """Noisy predictions as a model would dump them, in 32 bits, one corner lost."""
    content = read_json(lumbar)
    noise = np.random.default_rng(7)
    predicted = {
        key: (quad + noise.normal(0, 6, (4, 2))).astype(np.float32)
        for key, quad in shifted(content, 0).items()
    }
    predicted[min(predicted)][1] = np.nan
    return samples_of(content, predicted)


@pytest.mark.parametrize('batch', [1, 3, 1000])
def test_a_dump_gives_the_very_numbers_of_its_run(tmp_path, samples, lumbar, batch):
    written = tmp_path / 'predictions.pkl'
    dump = AtomicDumpResults(out_file_path=str(written))
    order = np.random.default_rng(batch).permutation(len(samples))
    mixed = [samples[i] for i in order] + samples[:2]  # two that even out the shares
    for start in range(0, len(mixed), batch):
        dump.process({}, mixed[start : start + batch])
    dump.evaluate(len(mixed))
    expected = online(samples, 4)
    assert_same(online(mixed, batch), expected)

    truth = read_truth([lumbar])
    predictions = read_predictions(written)
    offline = evaluate(predictions, truth, intervals=True)
    assert offline.given_boxes
    assert offline.counts['corners predicted as not finite'] == 1
    assert_same(offline.metrics, expected)
    assert math.isfinite(offline.metrics['corner/SDR@5px_low'])

    as_json = read_predictions(write_predictions(tmp_path / 'p.json', predictions))
    assert_same(evaluate(as_json, truth, intervals=True).metrics, offline.metrics)
    plain = evaluate(as_json, truth).metrics
    assert_same(plain, {k: offline.metrics[k] for k in plain})
    assert not any(k.startswith('corner/MRE_px_') for k in plain)


@pytest.fixture
def truth(tmp_path):
    return read_truth([write_truth(tmp_path)])


@pytest.fixture
def given(truth):
    """Every corner 5 px off, boxes given."""
    return samples_of(truth.contents[0], shifted(truth.contents[0], [3, 4]))


def read_samples(tmp_path, samples):
    path = tmp_path / 'd.pkl'
    path.write_bytes(pickle.dumps(samples, 5))
    return read_predictions(path)


def test_given_boxes_by_hand(tmp_path, truth, given):
    result = evaluate(read_samples(tmp_path, given), truth)
    assert result.metrics['corner/MRE_px'] == 5
    assert result.metrics['corner/SDR@4px'] == 0
    assert result.metrics['corner/SDR@5px'] == 100
    assert result.metrics['corner/MRE_mm'] == 2.5
    assert result.metrics['corner/corners_with_mm'] == 8
    assert result.metrics['clinical/slip_MAE'] == pytest.approx(0, abs=1e-9)
    assert result.counts == {
        'films annotated': 3,
        'films predicted': 3,
        'films without a prediction': 0,
        'films joined by a part of their name': 0,
        'vertebrae predicted': 8,
        'corners predicted as not finite': 0,
        'vertebrae without a prediction': 0,
    }


def test_missing_vertebrae_are_infinite_only_where_allowed(tmp_path, truth, given):
    predictions = read_samples(tmp_path, given[:6])
    with pytest.raises(SpondyloError, match='2 of 8 vertebrae have no prediction'):
        evaluate(predictions, truth)
    result = evaluate(predictions, truth, allow_missing=True)
    assert result.metrics['corner/MRE_px'] == math.inf
    assert result.metrics['corner/SDR@5px'] == 75
    assert result.counts['vertebrae without a prediction'] == 2
    assert result.counts['films without a prediction'] == 1


def end_to_end(films, shift=(3.0, 4.0), score=0.9):
    return PredictionSet(
        [
            FilmPrediction(
                film.file_name, film.corners + shift, np.full(len(film.corners), score)
            )
            for film in films
        ]
    )


def test_end_to_end_by_hand_a_film_left_out_is_missed(truth):
    # 6 of 8 vertebrae, 5 px off: hull IoU 37 * 16 / (2 * 800 - 37 * 16) = 0.59.
    result = evaluate(end_to_end(three_films()[:2]), truth)
    assert not result.given_boxes
    assert result.metrics['spine/recall'] == 75
    assert result.metrics['spine/precision'] == 100
    assert result.metrics['spine/MRE_px'] == 5
    assert result.metrics['spine/SDR@5px'] == 75
    assert result.counts['films without a prediction'] == 1
    assert len(result.pairs) == 3


def test_the_order_of_films_and_vertebrae_does_not_matter(truth):
    forward = end_to_end(three_films())
    backward = PredictionSet(
        [film.keep([2, 1, 0][-len(film) :]) for film in reversed(forward.films)]
    )
    assert_same(evaluate(backward, truth).metrics, evaluate(forward, truth).metrics)


def test_the_score_threshold_leaves_vertebrae_out(truth):
    predictions = end_to_end(three_films(), score=0.6)
    kept = evaluate(predictions, truth, score_threshold=0.6).metrics
    assert kept['spine/recall'] == 100
    lost = evaluate(predictions, truth, score_threshold=0.61).metrics
    assert lost['spine/recall'] == 0
    assert lost['spine/score_threshold'] == 0.61


def test_nothing_predicted_end_to_end_is_nothing_found(truth):
    result = evaluate(PredictionSet(), truth)
    assert result.metrics['spine/recall'] == 0
    assert result.counts['films without a prediction'] == 3


def test_kinds_are_not_mixed(tmp_path, truth, given):
    boxes = read_samples(tmp_path, given)
    with pytest.raises(SpondyloError, match='made with the true boxes given'):
        evaluate(boxes, truth, given_boxes=False)
    with pytest.raises(SpondyloError, match='--end-to-end'):
        evaluate(end_to_end(three_films()), truth, given_boxes=True)
    with pytest.raises(SpondyloError, match='--score-threshold'):
        evaluate(boxes, truth, score_threshold=0.5)


def test_films_without_labels_alone_are_no_truth(tmp_path):
    films = three_films()[:1]
    films[0].corners = np.zeros((0, 4, 2))
    truth = read_truth([write_truth(tmp_path, films)])
    assert films_of_coco(truth.contents[0])[0].corners.shape == (0, 4, 2)
    with pytest.raises(SpondyloError, match='no labelled vertebra'):
        evaluate(PredictionSet(given_boxes=True), truth)
