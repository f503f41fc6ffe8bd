import csv
import json

import cv2
import numpy as np
import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.film_pairs import pair_films
from spondylo_mmpose.evaluation.result_files import write_result_files, write_table
from tests.test_evaluation.film_helpers import film_of
from tests.test_evaluation.helpers import film_records
from tests.test_evaluation.test_six_spines import FILMS, PREDICTIONS

QUAD = np.array([[10, 100], [60, 100], [10, 130], [60, 130]], float)
SPINE = np.array([QUAD, QUAD - [0, 50]])


def records():
    prediction = SPINE + [3, 4]
    prediction[1, 0] = np.nan
    return film_records(SPINE, prediction)


def table(path):
    with path.open(newline='') as stream:
        return list(csv.DictReader(stream))


def test_files_hold_the_numbers(tmp_path):
    metrics = {'corner/MRE_px': np.inf, 'corner/MRE_mm': np.nan, 'corner/films': 1}
    written = write_result_files(tmp_path / 'new', metrics, records())
    assert sorted(path.name for path in written) == [
        'cumulative_error.png', 'error_by_level.png', 'metrics.json', 'per_film.csv',
        'per_level.csv', 'per_vertebra.csv',
    ]  # fmt: skip
    assert sorted((tmp_path / 'new').iterdir()) == sorted(written)
    assert json.loads((tmp_path / 'new' / 'metrics.json').read_text()) == {
        'corner/MRE_px': None, 'corner/MRE_mm': None, 'corner/films': 1
    }  # fmt: skip
    (film,) = table(tmp_path / 'new' / 'per_film.csv')
    assert film['film'] == '1.png'
    assert (film['MRE_px'], film['MRE_mm'], film['source']) == ('inf', '', '')
    assert float(film['median_px']) == 5
    vertebrae = table(tmp_path / 'new' / 'per_vertebra.csv')
    assert [float(row['error_px_inferior_left']) for row in vertebrae] == [5, 5]
    levels = table(tmp_path / 'new' / 'per_level.csv')
    assert {row['level'] for row in levels} == {'S1', 'L5', 'all'}


@pytest.mark.parametrize('prediction', [SPINE + 2, np.full_like(SPINE, np.nan)])
def test_pictures_show_something(tmp_path, prediction):
    write_result_files(tmp_path, {}, film_records(SPINE, prediction))
    for name in ('cumulative_error.png', 'error_by_level.png'):
        picture = cv2.imread(str(tmp_path / name))
        assert min(picture.shape[:2]) > 200
        assert picture.std() > 5


def test_a_later_evaluation_replaces_an_earlier_one(tmp_path):
    write_result_files(tmp_path, {'a': 1}, records(), plots=False)
    write_result_files(tmp_path, {'b': 2}, records()[:1], plots=False)
    assert json.loads((tmp_path / 'metrics.json').read_text()) == {'b': 2}
    assert len(table(tmp_path / 'per_vertebra.csv')) == 1
    assert not (tmp_path / 'cumulative_error.png').exists()


def test_whole_films_have_the_same_files_and_what_was_found(tmp_path):
    pairs = pair_films(FILMS, PREDICTIONS)
    written = write_result_files(tmp_path, {'spine/score_threshold': 0.93}, pairs=pairs)
    assert sorted(path.name for path in written) == [
        'cumulative_error.png', 'error_by_level.png', 'found_by_level.png',
        'metrics.json', 'per_film.csv', 'per_level.csv', 'per_vertebra.csv',
    ]  # fmt: skip
    films = table(tmp_path / 'per_film.csv')
    # Of all scores the one of d's extra vertebra alone reaches the threshold.
    assert [film['found'] for film in films] == ['0', '0', '0', '1', '0', '0']
    assert films[0]['MRE_px'] == ''
    statuses = [row['status'] for row in table(tmp_path / 'per_vertebra.csv')]
    assert (statuses.count('missed'), statuses.count('false positive')) == (28, 1)
    for path in tmp_path.glob('*.png'):
        assert cv2.imread(str(path)).std() > 5


def test_films_without_labels_have_metrics_alone(tmp_path):
    bare = film_of('a.png', np.zeros((0, 4, 2)))
    (path,) = write_result_files(tmp_path, {'a': 1}, pairs=[(bare, None)])
    assert path.name == 'metrics.json'


def test_metrics_of_other_kinds_alone(tmp_path):
    (path,) = write_result_files(tmp_path, {'other/x': 3.5}, [])
    assert json.loads(path.read_text()) == {'other/x': 3.5}


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / 'file').touch()
    with pytest.raises(SpondyloError, match='file'):
        write_result_files(tmp_path / 'file', {}, records())


def test_a_table_is_written_whole_or_not_at_all(tmp_path):
    path = write_table(tmp_path / 't.csv', [{'a': 1}])
    with pytest.raises(ValueError, match='b'):
        write_table(path, [{'a': 2}, {'a': 3, 'b': 4}])
    assert table(path) == [{'a': '1'}]
    assert list(tmp_path.iterdir()) == [path]
