import json

import numpy as np
import pytest
import torch

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation import CocoBoxResults
from spondylo_mmpose.evaluation.box_results import read_box_results


def sample(image_id, boxes, scores, path='/x/a.png', **found):
    boxes = np.asarray(boxes, np.float32).reshape(-1, 4)
    return {
        'img_id': image_id,
        'img_path': path,
        'raw_ann_info': None,
        'pred_instances': {'bboxes': boxes, 'scores': np.asarray(scores), **found},
    }


def test_what_is_written_is_read_again(tmp_path):
    path = tmp_path / 'boxes.json'
    metric = CocoBoxResults(str(path))
    second = sample(3, [[10.125, 20, 40, 60.5]], [0.25], '/x/b.png')
    second['pred_instances'] = {  # as a detector followed by a pose model gives them
        'bboxes': torch.tensor(second['pred_instances']['bboxes']),
        'bbox_scores': torch.tensor([0.75]),
        'keypoint_scores': torch.zeros(1, 4),
    }
    metric.process({}, [sample(7, [], []), second])
    metric.process({}, [sample(5, [[0, 0, 8, 9], [1, 1, 2, 2]], [0.5, 0.125])])
    metric.evaluate(3)
    truth = {
        'images': [{'id': i} for i in (3, 5, 7)],
        'categories': [{'id': 1}],
    }
    results = read_box_results(path, [truth])
    assert list(results) == [3, 5]
    assert results[3][0].tolist() == [[10.125, 20, 40, 60.5]]
    assert results[3][1].tolist() == [0.75]
    assert results[5][0].tolist() == [[0, 0, 8, 9], [1, 1, 2, 2]]
    assert set(json.loads(path.read_text())[0]) == {
        'image_id', 'category_id', 'bbox', 'score'
    }  # fmt: skip


def test_two_films_with_one_id_are_refused(tmp_path):
    path = tmp_path / 'boxes.json'
    metric = CocoBoxResults(str(path))
    metric.process({}, [sample(3, [], []), sample(3, [], [], '/y/a.png')])
    with pytest.raises(SpondyloError, match='image_id 3 stands for two films'):
        metric.evaluate(2)
    assert not path.exists()


def test_a_model_whose_boxes_are_given_finds_none(tmp_path):
    metric = CocoBoxResults(str(tmp_path / 'boxes.json'))
    given = sample(3, [[0, 0, 5, 5]], [1.0]) | {'raw_ann_info': {'id': 1}}
    with pytest.raises(SpondyloError, match='is given its boxes'):
        metric.process({}, [given])
