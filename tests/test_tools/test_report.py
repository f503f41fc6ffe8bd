"""tools/report.py as a user runs it, on predictions that somebody else made."""

import cv2
import numpy as np
import pytest

from spondylo_mmpose.evaluation.film_predictions import FilmPrediction, PredictionSet
from spondylo_mmpose.evaluation.prediction_json import write_predictions
from tests.test_evaluation.offline_helpers import SPINE, three_films, write_truth


@pytest.fixture
def data(tmp_path):
    """A data set with films, and predictions for two of its three."""
    root = tmp_path / 'data'
    truth = write_truth(root / 'annotations')
    for film in three_films():
        path = root / 'images' / film.file_name
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), np.full((film.height, film.width), 90, np.uint8))
    films = [
        FilmPrediction('one.png', SPINE + [3, 4], np.full(3, 0.9)),
        # L5 is missed.
        FilmPrediction('two.png', SPINE[[0, 2]] + [10, 5], np.full(2, 0.9)),
    ]
    predictions = tmp_path / 'theirs.json'
    write_predictions(predictions, PredictionSet(films, given_boxes=False))
    return predictions, truth


def test_foreign_predictions_get_a_page(run_tool, data):
    predictions, truth = data
    done = run_tool(
        'report.py', f'Theirs={predictions}', '--annotations', truth, '--no-intervals'
    )
    assert done.returncode == 0, done.stderr
    page = predictions.parent / 'report.html'
    assert done.stdout.splitlines()[-1] == f'report: {page}'
    rows = [line.split() for line in done.stdout.splitlines()]
    # 5 of the 8 vertebrae are found.
    assert ['recall', '(%)', '62.5'] in rows
    html = page.read_text()
    assert '<h2>Theirs</h2>' in html
    assert '1 of 3 films have no prediction' in html
    assert 'film 3 of 3: 0 of 2 found, 0 false positives' in html
    assert 'one.png' not in html


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ([], 'name the annotation files of its films with --annotations'),
        (['--annotations', '{truth}', '--heatmaps', 'best.pth'], 'has no config'),
        (['{predictions}', '--heatmaps', 'best.pth'], 'is for a report of one run'),
        (['--section', 'a', '--section', 'b'], '2 titles for 1 runs'),
    ],
)
def test_what_stands_in_the_way_is_one_line(run_tool, data, options, message):
    predictions, truth = data
    options = [o.format(truth=truth, predictions=predictions) for o in options]
    done = run_tool('report.py', predictions, *options)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (predictions.parent / 'report.html').exists()
