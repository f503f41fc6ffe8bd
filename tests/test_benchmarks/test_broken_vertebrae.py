"""Broken and whole vertebrae of phantoms, counted apart."""

import numpy as np
import pytest

from spondylo_mmpose.benchmarks.broken_vertebrae import by_kind, kind_table
from spondylo_mmpose.converters.coco import Film
from spondylo_mmpose.evaluation.detection import compare_film
from spondylo_mmpose.evaluation.film_predictions import FilmPrediction
from tests.test_film_report.helpers import spine

TRUTH = spine()
KINDS = (None, 'wedge', 'crush', None, None, None)


def _outcome(kept, corners=TRUTH, name='a.jpg'):
    film = Film(name, 640, 640, 'train', TRUTH)
    kept = list(kept)
    said = FilmPrediction(name, corners[kept], np.ones(len(kept)), None)
    return compare_film(film, said)


def test_kinds_have_their_own_errors():
    moved = TRUTH.copy()
    moved[1] += [3, 4]  # 5 px away: within 5, as in every SDR
    moved[2, 0] += [0, 2]
    rows = by_kind([_outcome(range(6), moved)], {'a.jpg': KINDS})
    assert rows['wedge']['MRE_px'] == pytest.approx(5)
    assert rows['wedge']['SDR@5px'] == 100
    moved[1] += [0, 0.01]
    assert (
        by_kind([_outcome(range(6), moved)], {'a.jpg': KINDS})['wedge']['SDR@5px'] == 0
    )
    assert rows['crush']['MRE_px'] == pytest.approx(0.5)
    assert rows['crush']['median_px'] == 0
    assert rows['whole'] == {
        'vertebrae': 4,
        'found': 4,
        'passed_over': 0,
        'MRE_px': 0,
        'median_px': 0,
        'p95_px': 0,
        'MSE_px': 0,
        'SDR@5px': 100,
    }
    assert np.isnan(rows['biconcave']['MRE_px'])
    assert '| biconcave | 0 | 0 | 0 | nan | nan | nan |' in kind_table(rows)


def test_missed_ones_count_as_passed_over_below_a_found_one():
    # The wedge is missed below found ones, the uppermost has none above it.
    rows = by_kind([_outcome((0, 2, 3, 4))], {'a.jpg': KINDS})
    assert (rows['wedge']['found'], rows['wedge']['passed_over']) == (0, 1)
    assert (rows['whole']['found'], rows['whole']['passed_over']) == (3, 0)
    nothing = by_kind([_outcome(())], {'a.jpg': KINDS})
    assert sum(row['passed_over'] for row in nothing.values()) == 0
    assert nothing['whole']['vertebrae'] == 4
