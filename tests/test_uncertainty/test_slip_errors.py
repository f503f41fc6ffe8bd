import numpy as np
import pytest

from spondylo_mmpose.evaluation.clinical import slip_pairs
from spondylo_mmpose.uncertainty.observed import observe
from spondylo_mmpose.uncertainty.slip_errors import slip_errors
from spondylo_mmpose.uncertainty.slip_propagation import slip_stds
from tests.test_uncertainty.helpers import samples


@pytest.fixture
def films():
    return samples(3, noise=1.0)


def test_errors_are_those_of_the_clinical_metric(films):
    found = observe(films)
    told = slip_errors(found, found.stds)
    pairs = slip_pairs(found.records)
    assert len(pairs) == 15
    assert told.errors.tolist() == [pair.predicted - pair.true for pair in pairs]
    assert told.levels == ['S1', 'L5', 'L4', 'L3', 'L2'] * 3
    assert told.patients.tolist() == [0] * 5 + [1] * 5 + [2] * 5


def test_deviations_are_those_of_each_pair(films):
    found = observe(films)
    told = slip_errors(found, found.stds)
    corners, stds = found.predicted, found.stds
    # The second film is mirrored.
    for pair, row, facing in ((1, 1, 'left'), (9, 10, 'right')):
        (expected,) = slip_stds(
            corners[row], corners[row + 1], stds[row], stds[row + 1], facing
        )
        assert told.stds[pair] == pytest.approx(expected)
    assert told.scores == pytest.approx(np.abs(told.errors) / told.stds)


def test_the_stretch_is_taken_out_where_it_is_known(films):
    for entry in films[0]['film']:
        entry['original_size'] = (640, 1280)
    found = observe(films)
    told = slip_errors(found, found.stds)
    (expected,) = slip_stds(
        *found.predicted[:2], *found.stds[:2], facing='left', spacing=(1, 2)
    )
    assert told.stds[0] == pytest.approx(expected)
    assert told.errors[0] == pytest.approx(
        slip_pairs(found.records)[0].predicted - slip_pairs(found.records)[0].true
    )


def test_a_missed_vertebra_takes_both_its_pairs(films):
    films[0]['pred_instances']['bbox_scores'][2] = 0.0
    found = observe(films)
    told = slip_errors(found, found.stds)
    assert told.levels[:4] == ['S1', 'L3', 'L2', 'S1']
    assert len(told.errors) == 13


def test_a_slip_that_truth_cannot_measure_has_no_error(films):
    # S1's posterior end, on a film that faces left the right one.
    films[0]['raw_ann_info'][0]['keypoints'][5] = 0
    found = observe(films)
    assert slip_errors(found, found.stds).levels[:2] == ['L5', 'L4']
