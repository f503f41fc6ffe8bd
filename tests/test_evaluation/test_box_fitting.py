"""Predictions that take their boxes for exact."""

import pickle

import numpy as np
import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.box_fitting import with_corners_in_boxes
from spondylo_mmpose.evaluation.film_predictions import PredictionSet
from spondylo_mmpose.evaluation.floors import floor_text
from spondylo_mmpose.evaluation.offline import evaluate
from spondylo_mmpose.evaluation.offline_report import evaluation_json, evaluation_text
from spondylo_mmpose.evaluation.prediction_files import read_predictions
from spondylo_mmpose.evaluation.truth import read_truth
from spondylo_mmpose.utils.io import read_json
from tests.test_evaluation.helpers import film_records
from tests.test_evaluation.offline_helpers import samples_of, shifted, write_truth

SPINE = np.array(
    [[[10, 22], [50, 20], [13, 58], [48, 60]], [[9, 12], [49, 10], [12, 48], [47, 50]]],
    float,
)


def test_only_whole_vertebrae_are_fitted():
    true, told = SPINE.repeat(2, axis=0), SPINE.repeat(2, axis=0) + [1, 2]
    true[1, 0] = np.nan
    told[3, 2] = np.nan
    records = film_records(true, told)
    fitted = with_corners_in_boxes(records)
    # The middle corners are free on one axis, and keep what was told there.
    assert fitted[0].predicted.tolist() == [[10, 24], [50, 20], [14, 60], [49, 60]]
    for place in (1, 3):
        assert fitted[place] is records[place]
    assert with_corners_in_boxes([]) == []


def test_an_evaluation_says_that_corners_were_fitted(tmp_path):
    path = write_truth(tmp_path)
    content = read_json(path)
    dump = tmp_path / 'p.pkl'
    dump.write_bytes(pickle.dumps(samples_of(content, shifted(content, [3, 4])), 5))
    truth = read_truth([path])
    predictions = read_predictions(dump, truth.contents)
    as_told = evaluate(predictions, truth)
    fitted = evaluate(predictions, truth, fitted=True)
    assert as_told.metrics['corner/MRE_px'] == 5
    # Beyond the right and the lower side corners come back; one at the left side and
    # one at the upper side touch it, the other two are still 3 and 4 px off.
    assert fitted.metrics['corner/MRE_px'] == (3 + 4) / 4
    assert 'given, corners fitted to them' in evaluation_text(fitted)
    assert 'fitted' not in evaluation_text(as_told)
    for evaluation in (as_told, fitted):
        told = evaluation_json(evaluation, predictions, [dump], [path])
        assert told['fitted_to_boxes'] is evaluation.fitted


def test_boxes_that_were_not_given_are_not_fitted_to(tmp_path):
    truth = read_truth([write_truth(tmp_path)])
    with pytest.raises(SpondyloError, match='made without them'):
        evaluate(PredictionSet([], False), truth, fitted=True)


def test_floors_are_fitted_like_the_model(tmp_path):
    content = read_json(write_truth(tmp_path))
    records = film_records(SPINE, SPINE)
    free, fitted = (floor_text(records, [content], fitted=f) for f in (False, True))
    assert free.startswith('floors, given boxes:\n')
    assert fitted.startswith('floors, given boxes, fitted to them:\n')
    # The corners of a box have that box as their hull already.
    assert free.splitlines()[-1] == fitted.splitlines()[-1]
