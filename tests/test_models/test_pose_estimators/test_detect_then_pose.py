"""Detector and pose model as one, against the same models one after the other."""

import json

import numpy as np
import pytest
import torch
from mmengine.dataset import pseudo_collate
from mmengine.registry import init_default_scope
from mmpose.registry import DATASETS, MODELS

from spondylo_mmpose.engine.end_to_end import Detector, look_for_boxes
from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.evaluation import CocoBoxResults, SpineDetectionMetric
from spondylo_mmpose.evaluation.dump_predictions import predictions_of_dump
from spondylo_mmpose.models.pose_estimators.detect_then_pose import not_mirrored
from spondylo_mmpose.spine.anatomy import hull_boxes
from spondylo_mmpose.uncertainty.observed import observe
from tests.conftest import ROOT

POSE = ROOT / 'tests' / 'configs' / 'tiny.py'
POSE_WITH_STDS = ROOT / 'tests' / 'configs' / 'tiny_maht_net_topdown.py'
DETECTOR = ROOT / 'tests' / 'configs' / 'tiny_detector.py'
EXACT = 2e-3  # px; batches of other sizes round differently


def load_pose(root, recipe=POSE):
    config = load_config(recipe, {'data_root': str(root)})
    config.test_dataloader.dataset.ann_file = 'annotations/train.json'
    config.model.test_cfg.flip_test = True
    return config


def load_films(config):
    init_default_scope('mmpose')
    dataset = DATASETS.build(config.test_dataloader.dataset)
    return [dataset[i] for i in range(len(dataset))]


def build(config, **changes):
    torch.manual_seed(0)
    init_default_scope('mmpose')
    model = MODELS.build({**config.model, **changes}).eval()
    # Weights that see the film; those a network starts with hardly do.
    for parameter in getattr(model, 'pose', model).parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    if hasattr(getattr(model, 'detector', None), 'model'):
        # So wide that there is something to see: four strides.
        for layer in model.detector.model.bbox_head.rtm_reg:
            torch.nn.init.constant_(layer.bias, 2)
    return model


def predict(model, films):
    with torch.no_grad():
        return [sample.pred_instances for sample in model.test_step(films)]


def write_boxes(path, entries):
    found = [
        {'image_id': i, 'category_id': 1, 'bbox': list(map(float, box)), 'score': score}
        for i, box, score in entries
    ]
    path.write_text(json.dumps(found))
    return path


@pytest.fixture(scope='module')
def truth(phantoms):
    return json.loads((phantoms / 'annotations' / 'train.json').read_text())


@pytest.fixture
def from_file(phantoms):
    def make(path, passes=1, recipe=POSE, **changes):
        config = load_pose(phantoms, recipe)
        look_for_boxes(config, box_file=str(path), passes=passes)
        return build(config, **changes), pseudo_collate(load_films(config))

    return make


def write_true_boxes(path, truth):
    return write_boxes(
        path, [(a['image_id'], a['bbox'], 0.9) for a in truth['annotations']]
    )


def predict_in_given_boxes(model, given):
    """What the pose model tells of each vertebra, by the id of its film."""
    samples = load_films(given)
    pose = build(given)
    pose.load_state_dict(model.pose.state_dict())
    told = {}
    for one, sample in zip(
        predict(pose, pseudo_collate(samples)), samples, strict=True
    ):
        told.setdefault(sample['data_samples'].img_id, []).append(one)
    return told


def test_true_boxes_give_the_corners_of_a_test_with_given_boxes(
    phantoms, truth, from_file, tmp_path
):
    path = write_true_boxes(tmp_path / 'true.json', truth)
    model, films = from_file(path)
    found = predict(model, films)
    expected = predict_in_given_boxes(model, load_pose(phantoms))
    assert len(found) == len(expected) > 1
    for sample, instances in zip(films['data_samples'], found, strict=True):
        told = expected[sample.img_id]
        corners = np.concatenate([one.keypoints for one in told])
        assert np.abs(instances.keypoints - corners).max() < EXACT
        scores = np.concatenate([one.keypoint_scores for one in told])
        assert np.allclose(instances.keypoint_scores, scores, atol=1e-4)
        assert instances.bbox_scores.tolist() == pytest.approx([0.9] * len(told))
        assert 'keypoint_stds' not in instances
    # Not all alike: the crops were seen.
    assert np.ptp(found[0].keypoints - found[0].bboxes[:, None, :2], axis=0).max() > 1


def test_deviations_are_those_of_a_test_with_given_boxes(
    phantoms, truth, from_file, tmp_path
):
    path = write_true_boxes(tmp_path / 'true.json', truth)
    model, films = from_file(path, recipe=POSE_WITH_STDS)
    found = model.test_step(films)
    expected = predict_in_given_boxes(model, load_pose(phantoms, POSE_WITH_STDS))
    seen = []
    for sample in found:
        stds = sample.pred_instances.keypoint_stds
        told = expected[sample.img_id]
        assert stds.dtype == np.float32
        assert stds == pytest.approx(
            np.concatenate([one.keypoint_stds for one in told]), rel=1e-4
        )
        seen += stds.ravel().tolist()
    assert min(seen) > 0
    assert max(seen) > 1.05 * min(seen)
    # A dump of them can be read.
    read = predictions_of_dump([sample.to_dict() for sample in found])
    assert [v for film in read.films for v in film.corner_std.ravel()] == seen
    observed = observe([sample.to_dict() for sample in found], 0.0)
    assert observed.std_origin == 'learned'
    assert set(observed.stds.ravel().tolist()) <= set(seen)


def test_films_of_a_batch_without_boxes_have_empty_deviations(
    truth, from_file, tmp_path
):
    image = truth['images'][0]['id']
    path = write_boxes(tmp_path / 'one.json', [(image, [200, 200, 90, 50], 0.8)])
    model, films = from_file(path, recipe=POSE_WITH_STDS)
    shapes = [one.keypoint_stds.shape for one in predict(model, films)]
    assert sorted(shapes) == [(0, 4)] * (len(shapes) - 1) + [(1, 4)]
    none, films = from_file(
        write_boxes(tmp_path / 'none.json', []), recipe=POSE_WITH_STDS
    )
    told = predict(none, films)
    assert [one.keypoints.shape for one in told] == [(0, 4, 2)] * len(shapes)


def test_detector_and_its_saved_boxes_agree(phantoms, from_file, tmp_path):
    config = load_pose(phantoms)
    look_for_boxes(config, Detector(load_config(DETECTOR), 'unused', {}))
    model = build(config, score_threshold=0.0, max_vertebrae=4)
    films = load_films(config)
    found = predict(model, pseudo_collate(films))
    assert [len(one.bboxes) for one in found] == [4] * len(films)
    saved = tmp_path / 'boxes.json'
    writer = CocoBoxResults(str(saved))
    writer.process({}, [sample['data_samples'].to_dict() for sample in films])
    writer.evaluate(len(films))

    again, films = from_file(saved, score_threshold=0.0)
    again.pose.load_state_dict(model.pose.state_dict())
    for one, other in zip(found, predict(again, films), strict=True):
        assert np.allclose(one.bboxes, other.bboxes, atol=1e-4)
        assert np.allclose(one.bbox_scores, other.bbox_scores)
        assert np.abs(one.keypoints - other.keypoints).max() < EXACT


def test_the_second_pass_looks_at_the_hull_of_the_first(truth, from_file, tmp_path):
    image = truth['images'][0]['id']
    path = write_boxes(tmp_path / 'one.json', [(image, [200, 200, 90, 50], 0.8)])
    twice, films = from_file(path, passes=2)
    once, _ = from_file(path)
    # Looks before the last are not at mirrored crops.
    with not_mirrored(once.pose):
        (first,) = [one for one in predict(once, films) if len(one.bboxes)]
    x1, y1, x2, y2 = hull_boxes(first.keypoints)[0]
    hull = write_boxes(tmp_path / 'hull.json', [(image, [x1, y1, x2 - x1, y2 - y1], 1)])
    from_hull, _ = from_file(hull)
    (expected,) = [one for one in predict(from_hull, films) if len(one.bboxes)]
    (second,) = [one for one in predict(twice, films) if len(one.bboxes)]
    assert np.abs(second.keypoints - expected.keypoints).max() < EXACT
    assert np.abs(second.keypoints - first.keypoints).max() > 1
    # The box stays the detector's.
    assert second.bboxes.tolist() == [[200, 200, 290, 250]]


def test_the_last_look_alone_is_at_mirrored_pictures_too(truth, from_file, tmp_path):
    path = write_true_boxes(tmp_path / 'true.json', truth)
    both, films = from_file(path, passes=2)
    plain, _ = from_file(path)
    looked = []

    def look(model, flips):
        model.pose.test_cfg = {**model.pose.test_cfg, 'flip_test': flips}
        whole = model.pose.test_step

        def counted(data):
            looked.append(model.pose.test_cfg['flip_test'])
            return whole(data)

        model.pose.test_step = counted
        return predict(model, films)

    look(both, flips=True)
    assert looked == [False, True]
    assert both.pose.test_cfg['flip_test']
    looked.clear()
    look(plain, flips=True)
    assert looked == [True]


def test_films_without_boxes_count_as_missed(truth, from_file, tmp_path):
    image = truth['images'][0]['id']
    poor = [(image, [200, 200, 90, 50], 0.2)]
    model, films = from_file(
        write_boxes(tmp_path / 'none.json', poor), score_threshold=0.3
    )
    samples = model.test_step(films)
    for sample in samples:
        assert sample.pred_instances.keypoints.shape == (0, 4, 2)
        assert sample.pred_instances.bbox_scores.shape == (0,)
    metric = SpineDetectionMetric()
    metric.process({}, [sample.to_dict() for sample in samples])
    values = metric.evaluate(len(samples))
    assert values['spine/recall'] == 0
    assert values['spine/vertebrae'] == len(truth['annotations'])
    assert values['spine/films'] == len(truth['images'])


def test_it_cannot_look_less_than_once(from_file, tmp_path):
    with pytest.raises(ValueError, match='must look once'):
        from_file(write_boxes(tmp_path / 'none.json', []), passes=0)
