import copy
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spondylo_mmpose.evaluation.film_predictions import FilmPrediction, PredictionSet
from spondylo_mmpose.evaluation.prediction_json import (
    FORMAT,
    decode_predictions,
    encode_predictions,
    write_predictions,
)
from tests.conftest import ROOT
from tests.test_evaluation.helpers import assert_same_predictions

QUAD = [[1, 2], [3.5, 2], [1, 5], [3, 5]]


def content(given_boxes=False, **vertebra):
    """A right file with one film of one vertebra."""
    own = {'annotation_id': 3} if given_boxes else {}
    return {
        'format': FORMAT,
        'format_version': '1.0',
        'given_boxes': given_boxes,
        'films': [
            {'file_name': 'a.png', 'vertebrae': [{'corners': QUAD, **own, **vertebra}]}
        ],
    }


def test_the_least_that_is_needed():
    (film,) = decode_predictions(content()).films
    assert film.file_name == 'a.png'
    assert film.corners.tolist() == [QUAD]
    assert np.isnan(film.scores).all()
    assert film.levels is film.annotation_ids is film.corner_std is film.size is None


def test_all_that_can_be_told():
    value = content(
        True, score=0.5, level='L5', corner_std=[1, 2, None, 4],
        corners=[[1, 2], None, [None, None], [3, 5]],
    )  # fmt: skip
    value['model'] = 'theirs'
    value['films'][0] |= {'width': 30, 'height': 40}
    read = decode_predictions(value)
    assert (read.model, read.given_boxes) == ('theirs', True)
    (film,) = read.films
    assert np.isnan(film.corners[0]).tolist() == [
        [False, False], [True, True], [True, True], [False, False],
    ]  # fmt: skip
    assert film.scores.tolist() == [0.5]
    assert film.levels == ['L5']
    assert film.annotation_ids == [3]
    assert film.size == (30, 40)
    np.testing.assert_array_equal(film.corner_std, [[1, 2, np.nan, 4]])


def test_the_example_of_the_docs_can_be_read():
    page = (ROOT / 'docs' / 'predictions.md').read_text()
    example = page[page.index('    {\n') : page.index('\n    }\n') + 6]
    (film,) = decode_predictions(json.loads(example)).films
    assert film.levels == ['S1']


def test_a_film_without_vertebrae_is_one_on_which_nothing_was_found():
    value = content()
    value['films'][0]['vertebrae'] = []
    (film,) = decode_predictions(value).films
    assert film.corners.shape == (0, 4, 2)
    assert film.scores.shape == (0,)


def test_a_later_minor_version_may_have_more_fields():
    value = content(colour='red')
    with pytest.raises(
        ValueError, match=r"film 1 .*vertebra 1 has an unknown field 'c"
    ):
        decode_predictions(value)
    value['format_version'] = '1.7'
    assert len(decode_predictions(value).films) == 1


@pytest.mark.parametrize(
    ('path', 'wrong', 'message'),
    [
        (['format'], 'COCO', 'needs "format"'),
        (['format_version'], '2.0', "format_version '2.0', this program reads '1.0'"),
        (['format_version'], 1.0, 'format_version 1.0'),
        (['given_boxes'], 1, 'given_boxes'),
        (['model'], 7, 'model: is no text'),
        (['films'], {}, 'films: not a list'),
        (['films', 0], 3, 'films: entry 1 is no object'),
        (['films', 0, 'file_name'], '', 'film 1 has no file_name'),
        (['films', 0, 'width'], 30, "film 1 .'a.png'. has no width and height"),
        (['films', 0, 'vertebrae'], None, "film 1 .'a.png'.: vertebrae: not a list"),
        (['films', 0, 'vertebrae', 0, 'corners'], QUAD[:3], 'not four corners'),
        (['films', 0, 'vertebrae', 0, 'corners', 2], [1, None], 'inferior_left: not 2'),
        (['films', 0, 'vertebrae', 0, 'corners', 1, 0], float('nan'), 'superior_right'),
        (['films', 0, 'vertebrae', 0, 'score'], 1.2, 'score is 1.2'),
        (['films', 0, 'vertebrae', 0, 'level'], 5, 'level: is no text'),
        (['films', 0, 'vertebrae', 0, 'annotation_id'], 5, '"given_boxes": true'),
        (['films', 0, 'vertebrae', 0, 'corner_std'], [1, 2], 'has not four numbers'),
        (['films', 0, 'vertebrae', 0, 'corner_std'], [1, 2, -1, 0], 'is negative'),
    ],
)
def test_a_fault_is_named_with_its_place(path, wrong, message):
    value = copy.deepcopy(content())
    target = value
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = wrong
    with pytest.raises(ValueError, match=message) as error:
        decode_predictions(value)
    assert '\n' not in str(error.value)


def test_films_and_ids_stand_once():
    value = content(True)
    value['films'][0]['vertebrae'] *= 2
    with pytest.raises(ValueError, match='has an annotation_id twice'):
        decode_predictions(value)
    value = content()
    value['films'] *= 2
    with pytest.raises(ValueError, match=r"film 'a\.png' stands twice"):
        decode_predictions(value)


def test_given_boxes_need_the_ids_of_their_vertebrae():
    with pytest.raises(ValueError, match='without the annotation_id'):
        decode_predictions(content(True, annotation_id=None))


def test_written_and_read_again_it_is_the_same_to_the_last_bit(tmp_path):
    made = np.random.default_rng(3)
    corners = made.normal(300, 90, (3, 4, 2)).astype(np.float32).astype(float)
    corners[1, 2] = np.nan
    corners[2, 0] = np.inf, 4
    film = FilmPrediction(
        'train/a.png', corners, np.array([0.1, np.nan, 1 / 3]), ['S1', None, 'L4'],
        [7, 9, 4], np.abs(made.normal(size=(3, 4))), (640, 480),
    )  # fmt: skip
    empty = FilmPrediction('b.png', np.zeros((0, 4, 2)), np.zeros(0))
    path = write_predictions(
        tmp_path / 'new' / 'x.json', PredictionSet([film], True, 'm')
    )
    read = decode_predictions(json.loads(path.read_text()))
    # A corner that is not finite was not found, however it was said.
    corners[2, 0] = np.nan
    assert_same_predictions(read, PredictionSet([film], True, 'm'))
    bare = PredictionSet([empty])
    assert_same_predictions(decode_predictions(encode_predictions(bare)), bare)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(
            st.sampled_from(['file_name', 'corners', 'score', 'vertebrae', 'x']), inner
        )
    ),
    max_leaves=12,
)


@given(json_values, st.integers(0, 3), st.booleans())
def test_anything_is_read_or_refused_in_one_line(value, depth, given_boxes):
    whole = content(given_boxes)
    if depth == 0:
        whole = value
    elif depth == 1:
        whole['films'] = value
    elif depth == 2:
        whole['films'][0] = value
    else:
        whole['films'][0]['vertebrae'] = [value]
    try:
        decode_predictions(whole)
    except ValueError as error:
        assert '\n' not in str(error)
