import math

import numpy as np
import pytest

from spondylo_mmpose.uncertainty.conformal import patient_quantiles


def test_with_one_score_each_it_is_split_conformal():
    scores = np.arange(1, 20)[::-1]  # 19 patients
    # ceil(20 * coverage): the 10th, the 18th and the 19th smallest; the 20th is none.
    told = patient_quantiles(scores, np.arange(19), [0.5, 0.9, 0.95, 0.96])
    assert told.tolist() == [10, 18, 19, math.inf]


def test_patients_weigh_alike_however_many_scores_they_have():
    # Weights of 1/3 for the first's one score, 1/6 for each of the second's, and 1/3
    # for who is to come.
    scores, patients = [1.0, 2.0, 3.0], [7, 4, 4]
    told = patient_quantiles(scores, patients, [1 / 3, 0.34, 0.5, 0.51, 2 / 3, 0.67])
    assert told.tolist() == [1, 2, 2, 3, 3, math.inf]


def test_nobody_tells_nothing():
    assert patient_quantiles([], [], [0.5]).tolist() == [math.inf]


def heteroscedastic(random, patients, shared):
    """Heavy-tailed scores, four a patient, who share a part of their size."""
    size = np.exp(shared * random.normal(size=(patients, 1)))
    return np.abs(size * random.standard_t(3, (patients, 4))).ravel()


@pytest.mark.parametrize('shared', [0.0, 0.5])
@pytest.mark.parametrize('coverage', [0.5, 0.9])
def test_coverage_is_what_was_asked_for(shared, coverage):
    random = np.random.default_rng(1)
    held = []
    for _ in range(200):
        known = heteroscedastic(random, 60, shared)
        (quantile,) = patient_quantiles(known, np.repeat(np.arange(60), 4), [coverage])
        held.append((heteroscedastic(random, 60, shared) <= quantile).mean())
    # At least what was asked for, and 1 / 61 more at most where scores do not tie.
    error = np.std(held) / math.sqrt(len(held))
    assert coverage - 3 * error < np.mean(held) < coverage + 1 / 61 + 3 * error
    assert error < 0.005
