import pytest
from mmengine.registry import init_default_scope

from spondylo_mmpose.datasets import SpondyloDataset
from spondylo_mmpose.datasets.pipeline_changes import change_pipeline, pipeline_of
from spondylo_mmpose.errors import SpondyloError

STEPS = [
    dict(type='LoadRadiograph'),
    dict(type='mmpose.RandomFlip', direction='horizontal'),
    dict(type='RandomBBoxTransform', rotate_factor=25, rotate_prob=0.7),
]


def test_steps_are_left_out_or_changed_by_name():
    changes = {'RandomFlip': None, 'RandomBBoxTransform': {'rotate_prob': 0}}
    assert change_pipeline(STEPS, changes) == [
        STEPS[0],
        dict(type='RandomBBoxTransform', rotate_factor=25, rotate_prob=0),
    ]
    assert STEPS[2]['rotate_prob'] == 0.7
    assert change_pipeline(STEPS, {}) == STEPS


def test_a_step_twice_is_changed_twice_and_built_ones_are_kept():
    built = object()
    pipeline = [STEPS[1], built, STEPS[1]]
    assert change_pipeline(pipeline, {'RandomFlip': None}) == [built]


def test_a_step_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(
        SpondyloError, match='Flip: the pipeline has no such step; it has LoadRadiogra'
    ):
        change_pipeline(STEPS, {'Flip': None})


def test_the_pipeline_that_a_config_means():
    changes = {'RandomBBoxTransform': {'rotate_prob': 0}, 'RandomFlip': None}
    steps = pipeline_of({'pipeline': STEPS, 'pipeline_changes': changes})
    assert steps == change_pipeline(STEPS, changes) != STEPS
    assert pipeline_of({'pipeline': STEPS}) == STEPS
    assert pipeline_of({}) == []


def test_the_data_set_hands_its_changes_on(phantoms):
    options = dict(
        data_root=str(phantoms),
        ann_file='annotations/train.json',
        data_prefix=dict(img='images/'),
        pipeline=STEPS,
    )
    init_default_scope('mmpose')
    dataset = SpondyloDataset(**options, pipeline_changes={'RandomFlip': None})
    kinds = [type(step).__name__ for step in dataset.pipeline.transforms]
    assert kinds == ['LoadRadiograph', 'RandomBBoxTransform']
