import json

import numpy as np
import pytest

from spondylo_mmpose.evaluation.coco_results import decode_coco_results
from spondylo_mmpose.utils.io import read_json
from tests.test_evaluation.offline_helpers import write_truth

CORNERS = [1, 2, 0.9, 3.5, 2, 0.8, 1, 5, 0.7, 3, 5, 0.6]


@pytest.fixture
def contents(tmp_path):
    return [read_json(write_truth(tmp_path))]


def entry(image=1, **changes):
    return {
        'image_id': image, 'category_id': 1, 'keypoints': CORNERS, 'score': 0.25,
    } | changes  # fmt: skip


def test_entries_are_gathered_by_film(contents):
    read = decode_coco_results(
        [entry(2), entry(3, score=1), entry(2, score=0.5, bbox=[1, 2, 3, 4])], contents
    )
    assert (read.model, read.given_boxes) == (None, False)
    assert [film.file_name for film in read.films] == ['a/two.png', 'b/three.png']
    two, three = read.films
    assert two.scores.tolist() == [0.25, 0.5]
    assert two.corners.tolist() == [[[1, 2], [3.5, 2], [1, 5], [3, 5]]] * 2
    assert three.scores.tolist() == [1]
    assert two.annotation_ids is two.levels is two.size is None


def test_no_entry_is_nothing_found(contents):
    assert decode_coco_results([], contents).films == []


def test_annotation_ids_tell_of_given_boxes(contents):
    read = decode_coco_results(
        [entry(1, annotation_id=2), entry(1, annotation_id=3)], contents
    )
    assert read.given_boxes
    assert read.films[0].annotation_ids == [2, 3]
    with pytest.raises(ValueError, match='image_id 1 has a vertebra without the annot'):
        decode_coco_results([entry(1, annotation_id=2), entry(1)], contents)


def test_a_score_may_be_missing(contents):
    (film,) = decode_coco_results([entry(score=None)], contents).films
    assert np.isnan(film.scores).all()


@pytest.mark.parametrize(
    ('wrong', 'message'),
    [
        ({'image_id': 9}, 'entry 2: image_id 9 is in none'),
        ({'image_id': '1'}, "entry 2: image_id '1' is in none"),
        ({'image_id': [1]}, r'entry 2: image_id \[1\] is in none'),
        ({'category_id': 2}, r'entry 2: category_id 2 is not .* \(1\)'),
        ({'keypoints': CORNERS[:8]}, 'entry 2: keypoints: not 12 numbers'),
        ({'keypoints': [float('nan'), *CORNERS[1:]]}, 'entry 2: keypoints'),
        ({'score': 3.5}, r'entry 2: score is 3\.5'),
    ],
)
def test_a_fault_is_named_with_its_entry(contents, wrong, message):
    with pytest.raises(ValueError, match=message):
        decode_coco_results([entry(), entry(**wrong)], contents)


def test_ids_that_two_files_use_are_refused(contents):
    with pytest.raises(ValueError, match='image_id 1 stands in more than one'):
        decode_coco_results([entry()], contents * 2)


def test_without_annotation_files_no_id_is_known():
    with pytest.raises(ValueError, match='image_id 1 is in none'):
        decode_coco_results(json.loads(json.dumps([entry()])), [])
