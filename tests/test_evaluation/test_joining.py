import numpy as np
import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.film_predictions import FilmPrediction, PredictionSet
from spondylo_mmpose.evaluation.joining import given_box_records, with_true_names
from spondylo_mmpose.evaluation.truth import read_truth
from spondylo_mmpose.utils.io import read_json, write_json
from tests.test_evaluation.offline_helpers import SPINE, three_films, write_truth


@pytest.fixture
def truth(tmp_path):
    return read_truth([write_truth(tmp_path)])


def predicted(name, corners=SPINE, **parts):
    return FilmPrediction(name, corners, np.full(len(corners), np.nan), **parts)


def names_of(truth, *names):
    renamed, number = with_true_names(
        PredictionSet([predicted(name) for name in names]), truth
    )
    return [film.file_name for film in renamed.films], number


def test_names_join_whole_then_by_last_part_then_by_stem(truth):
    assert names_of(truth, 'b/three.png', 'a/one.png') == (
        ['b/three.png', 'a/one.png'], 0,
    )  # fmt: skip
    assert names_of(truth, 'C:\\films\\two.png', '/x/one.png', 'three.jpg') == (
        ['a/two.png', 'a/one.png', 'b/three.png'], 3,
    )  # fmt: skip


def test_what_else_is_predicted_stays(truth):
    film = predicted('one.png', annotation_ids=[3, 1, 2], size=(200, 220))
    made = PredictionSet([film], True, 'm')
    renamed, _ = with_true_names(made, truth)
    assert (renamed.given_boxes, renamed.model) == (True, 'm')
    assert renamed.films[0].annotation_ids == [3, 1, 2]


def test_unknown_films_are_counted_and_named(truth):
    with pytest.raises(SpondyloError, match=r'2 predicted films .* first is x/y\.png'):
        names_of(truth, 'z.png', 'a/one.png', 'x/y.png')


def test_two_predictions_of_one_film_are_refused(truth):
    with pytest.raises(SpondyloError, match=r'film a/one\.png has two predictions'):
        names_of(truth, 'a/one.png', 'one.jpg')


def test_a_name_that_fits_two_films_is_refused(tmp_path):
    films = three_films()
    films[2].file_name = 'b/one.png'
    truth = read_truth([write_truth(tmp_path, films)])
    assert names_of(truth, 'b/one.png') == (['b/one.png'], 0)
    with pytest.raises(SpondyloError, match=r'one\.png could be a/one\.png or b/one\.'):
        names_of(truth, 'one.png')


def test_a_film_of_another_size_is_refused(truth):
    made = PredictionSet([predicted('a/one.png', size=(512, 512))])
    with pytest.raises(SpondyloError, match='512 x 512 px, but is annotated at 200 x'):
        with_true_names(made, truth)


def whole_set():
    return [
        predicted('b/three.png', SPINE[:2] + 1, annotation_ids=[8, 7]),
        predicted('a/one.png', annotation_ids=[1, 2, 3]),
        predicted('a/two.png', SPINE + [10, 5], annotation_ids=[4, 5, 6]),
    ]


def test_records_stand_beside_their_truth_in_fixed_order(truth):
    records, missing = given_box_records(PredictionSet(whole_set(), True), truth)
    assert missing == 0
    assert [(r.film_id, r.vertebra_id) for r in records] == [
        *(('a/one.png', i) for i in (1, 2, 3)),
        *(('a/two.png', i) for i in (4, 5, 6)),
        *(('b/three.png', i) for i in (7, 8)),
    ]
    last = records[-1]  # predicted with the box of the upper vertebra, L5
    assert (last.order, last.level) == (1, 'L5')
    assert (last.predicted == SPINE[0] + 1).all()
    assert (last.true == SPINE[1]).all()
    assert last.box.tolist() == [45, 120, 85, 140]
    assert last.spacing.tolist() == [0.5, 0.5]


def test_missing_vertebrae_are_refused_or_lost(truth):
    films = whole_set()
    films[1] = films[1].keep([0, 2])
    made = PredictionSet(films[:2], True)
    with pytest.raises(
        SpondyloError, match=r'4 of 8 vertebrae .* annotation 2 of film a/one\.png'
    ):
        given_box_records(made, truth)
    records, missing = given_box_records(made, truth, allow_missing=True)
    assert (len(records), missing) == (8, 4)
    lost = [np.isnan(record.predicted).all() for record in records]
    assert lost == [False, True, False, True, True, True, False, False]


def test_unknown_vertebrae_are_named(truth):
    made = PredictionSet([predicted('a/one.png', annotation_ids=[1, 2, 4])], True)
    with pytest.raises(SpondyloError, match=r'a/one\.png has no vertebra .* 4;'):
        given_box_records(made, truth)


def test_crowds_and_unlabelled_vertebrae_are_not_asked_for(tmp_path):
    content = read_json(write_truth(tmp_path))
    content['annotations'][1]['iscrowd'] = 1
    content['annotations'][2]['keypoints'] = [0] * 12
    truth = read_truth([write_json(tmp_path / 'x.json', content)])
    films = whole_set()
    films[1] = films[1].keep([0])
    records, missing = given_box_records(PredictionSet(films, True), truth)
    assert (len(records), missing) == (6, 0)
