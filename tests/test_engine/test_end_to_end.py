import json

import pytest

from spondylo_mmpose.engine.end_to_end import (
    KEPT_SCORE,
    Detector,
    load_detector,
    load_parts,
    look_for_boxes,
)
from spondylo_mmpose.engine.launch import build_runner, dataset_nodes, load_config
from spondylo_mmpose.errors import SpondyloError
from tests.conftest import ROOT

POSE = ROOT / 'tests' / 'configs' / 'tiny.py'
DETECTOR = ROOT / 'tests' / 'configs' / 'tiny_detector.py'


def test_each_model_keeps_its_own_pipeline():
    pose, detector = load_config(POSE), load_config(DETECTOR)
    pipelines = pose.test_dataloader.dataset.pipeline, detector.val_pipeline
    look_for_boxes(pose, Detector(detector, 'unused', {}), passes=2)
    assert pose.model.pose_pipeline == pipelines[0]
    assert pose.model.detector.pipeline == pipelines[1]
    assert pose.model.detector.scope == 'mmdet'
    assert pose.model.score_threshold == KEPT_SCORE
    assert pose.model.passes == 2
    assert pose.test_dataloader.dataset.data_mode == 'bottomup'
    assert {one.type for one in pose.test_evaluator} == {
        'SpineDetectionMetric', 'FilmClinicalMetric', 'PublishedSlotMetric',
        'FilmCobbMetric',
    }  # fmt: skip
    # Averages of weights belong to training.
    assert 'EMAHook' not in {hook['type'] for hook in pose.custom_hooks}


def test_a_recipe_tells_how_often_its_model_looks():
    detector = load_config(DETECTOR)
    for told, asked, wanted in ((None, None, 1), (2, None, 2), (2, 1, 1)):
        pose = load_config(POSE)
        if told is not None:
            pose.passes = told
        look_for_boxes(pose, Detector(detector, 'unused', {}), passes=asked)
        assert pose.model.passes == wanted
    pose = load_config(POSE)
    pose.passes = 0
    with pytest.raises(SpondyloError, match=r'tiny\.py: passes=0: is to be 1 or more'):
        look_for_boxes(pose, Detector(detector, 'unused', {}))


def test_changes_of_a_pipeline_move_with_it():
    pose = load_config(POSE)
    changes = {'GetBBoxCenterScale': {'padding': 1.75}}
    pose.test_dataloader.dataset.pipeline_changes = changes
    look_for_boxes(pose, box_file='boxes.json')
    (step,) = (
        one for one in pose.model.pose_pipeline if one['type'] == 'GetBBoxCenterScale'
    )
    assert step['padding'] == 1.75
    # The whole film, which the data set now gives, has no such step.
    assert 'pipeline_changes' not in pose.test_dataloader.dataset


def test_joined_data_sets_are_all_looked_at():
    config = load_config(ROOT / 'configs' / 'demo' / 'hrnet_w16_both_splits.py')
    look_for_boxes(config, box_file='boxes.json')
    nodes = list(dataset_nodes(config.test_dataloader.dataset))
    assert [node.data_mode for node in nodes] == ['bottomup'] * 2
    assert [node.ann_file for node in nodes] == [
        'annotations/train.json', 'annotations/val.json'
    ]  # fmt: skip
    assert config.model.detector.annotations == [
        'data/spondylo/annotations/train.json', 'data/spondylo/annotations/val.json'
    ]  # fmt: skip


def test_a_recipe_that_finds_vertebrae_itself_is_refused():
    with pytest.raises(
        SpondyloError, match=r'tiny_detector\.py: is no recipe of a top'
    ):
        look_for_boxes(load_config(DETECTOR), box_file='boxes.json')


def test_a_box_file_that_is_wrong_is_named(phantoms, tmp_path):
    boxes = tmp_path / 'boxes.json'
    boxes.write_text(json.dumps([{'image_id': -1}]))
    config = load_config(POSE, {'data_root': str(phantoms), 'work_dir': str(tmp_path)})
    look_for_boxes(config, box_file=str(boxes))
    with pytest.raises(SpondyloError, match=r'boxes\.json: entry 1: image_id -1 is in'):
        build_runner(config)


def test_weights_of_another_model_are_refused(phantoms, tmp_path):
    config = load_config(POSE, {'data_root': str(phantoms), 'work_dir': str(tmp_path)})
    boxes = tmp_path / 'boxes.json'
    boxes.write_text('[]')
    look_for_boxes(config, box_file=str(boxes))
    runner = build_runner(config)
    with pytest.raises(SpondyloError, match=r'pose\.pth: does not fit the config'):
        load_parts(runner, 'pose.pth', {'state_dict': {}})


def test_a_detector_needs_its_checkpoint(tmp_path):
    with pytest.raises(SpondyloError, match=r'none\.pth: no such checkpoint'):
        load_detector(str(DETECTOR), str(tmp_path / 'none.pth'))
