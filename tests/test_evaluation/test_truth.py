import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.truth import read_truth
from spondylo_mmpose.utils.io import read_json, write_json
from tests.test_evaluation.offline_helpers import SPINE, three_films, write_truth


def test_films_of_several_files_by_name(tmp_path):
    films = three_films()
    paths = [
        write_truth(tmp_path, films[:2], 'a.json'),
        write_truth(tmp_path, films[2:], 'b.json'),
    ]
    truth = read_truth(paths)
    assert list(truth.films) == ['a/one.png', 'a/two.png', 'b/three.png']
    assert [content['images'][0]['id'] for content in truth.contents] == [1, 1]
    one = truth.films['a/one.png']
    assert (one.film.corners == SPINE).all()
    assert one.image['patient_id'] == 'p1'
    assert list(one.annotations) == [1, 2, 3]
    assert one.annotations[2]['level'] == 'L5'


def test_no_file_is_no_film():
    assert read_truth([]).films == {}


def test_a_film_that_two_files_annotate_is_refused(tmp_path):
    path = write_truth(tmp_path)
    with pytest.raises(SpondyloError, match=r'film a/one\.png is annotated twice'):
        read_truth([path, path])


def test_vertebrae_need_ids_of_their_own(tmp_path):
    content = read_json(write_truth(tmp_path))
    content['annotations'][1]['id'] = content['annotations'][0]['id']
    path = write_json(tmp_path / 'x.json', content)
    with pytest.raises(SpondyloError, match=r'x\.json: film a/one\.png has vertebrae'):
        read_truth([path])


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SpondyloError, match=r'x\.json: no such annotation file'):
        read_truth([tmp_path / 'x.json'])
