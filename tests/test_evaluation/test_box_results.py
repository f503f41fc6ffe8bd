import json

import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.box_results import read_box_results

TRUTH = {
    'images': [{'id': 3, 'file_name': 'a.png'}, {'id': 4, 'file_name': 'b.png'}],
    'annotations': [],
    'categories': [{'id': 1, 'name': 'vertebra'}],
}
GOOD = {'image_id': 3, 'category_id': 1, 'bbox': [10, 20, 30, 40.5], 'score': 0.5}


def read(tmp_path, entries, contents=(TRUTH,)):
    path = tmp_path / 'boxes.json'
    path.write_text(entries if isinstance(entries, str) else json.dumps(entries))
    return read_box_results(path, contents)


def test_boxes_by_film(tmp_path):
    second = GOOD | {'bbox': [0, 0, 5, 5], 'score': 1, 'segmentation': []}
    results = read(tmp_path, [GOOD, second])
    assert list(results) == [3]
    boxes, scores = results[3]
    assert boxes.tolist() == [[10, 20, 40, 60.5], [0, 0, 5, 5]]
    assert scores.tolist() == [0.5, 1]
    assert read(tmp_path, []) == {}


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'image_id': 9}, 'entry 1: image_id 9 is in none of the annotation files'),
        ({'image_id': 3.0}, 'image_id 3.0'),
        (
            {'category_id': 2},
            r'category_id 2 is not that of the annotation files \(1\)',
        ),
        ({'bbox': [1, 2, 3]}, 'bbox: not 4 numbers'),
        ({'bbox': [1, 2, -3, 4]}, 'negative width'),
        ({'bbox': None}, 'bbox: not 4 numbers'),
        ({'score': 1.5}, 'score is 1.5, no number between 0 and 1'),
        ({'score': None}, 'has no score'),
    ],
)
def test_what_is_wrong_is_named(tmp_path, change, message):
    with pytest.raises(SpondyloError, match=rf'boxes\.json: .*{message}'):
        read(tmp_path, [GOOD | change])


def test_files_of_something_else(tmp_path):
    with pytest.raises(SpondyloError, match='detection results: not a list'):
        read(tmp_path, {'images': []})
    with pytest.raises(SpondyloError, match='cannot be read as JSON'):
        read(tmp_path, '[{')
    with pytest.raises(SpondyloError, match='no such file; write it with'):
        read_box_results(tmp_path / 'none.json', [TRUTH])


def test_ids_that_stand_for_two_films_are_refused(tmp_path):
    with pytest.raises(SpondyloError, match='image_id 3 stands in more than one'):
        read(tmp_path, [GOOD], [TRUTH, TRUTH])
