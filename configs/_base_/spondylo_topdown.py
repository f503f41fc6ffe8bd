"""Shared by all top-down recipes: data, evaluation, reproducibility.

Names begin with ``spondylo_`` because a recipe inherits this file beside a stock
MMPose config and both may not define the same name. The recipe puts the parts
together; its codec decides what stands between them.
"""

custom_imports = dict(
    imports=[
        'spondylo_mmpose.codecs',
        'spondylo_mmpose.datasets',
        'spondylo_mmpose.engine.registration',
        'spondylo_mmpose.evaluation',
        'spondylo_mmpose.models.backbones',
    ],
    allow_failed_imports=False,
)

spondylo_data_root = '{{$SPONDYLO_DATA:data/spondylo}}'
# A split of tools/split_dataset.py, or fold of one: r70, cv/fold0. "." is the split
# that the data set came with.
spondylo_annotations = 'annotations/{{$SPONDYLO_SPLIT:.}}/'.replace('/./', '/')

# The crop is the hull box times this. End plates need some of the neighbours and the
# disc to be told apart; the corner itself lies on the hull.
spondylo_bbox_padding = 1.5

spondylo_load = [
    dict(type='LoadRadiograph'),
    dict(type='GetBBoxCenterScale', padding=spondylo_bbox_padding),
]
# Augmentation; docs/zoo.md says how to switch single steps off.
spondylo_train_load = [
    dict(type='LoadRadiograph'),
    dict(type='RandomBoxJitter', deviation=0.05),
    dict(type='GetBBoxCenterScale', padding=spondylo_bbox_padding),
]
spondylo_augment_geometry = [
    dict(type='RandomFlip', direction='horizontal'),
    dict(
        type='RandomBBoxTransform',
        shift_factor=0.1,
        shift_prob=1.0,
        scale_factor=(0.8, 1.25),
        scale_prob=1.0,
        rotate_factor=25,
        rotate_prob=0.7,
    ),
]
spondylo_augment_appearance = [dict(type='RandomRadiographAppearance')]
spondylo_augment_obstacles = [
    dict(type='RandomCollimation', probability=0.2),
    dict(type='RandomMarkerOcclusion', probability=0.2),
    dict(type='RandomInversion', probability=0.05),
]
spondylo_pack = [
    dict(
        type='PackPoseInputs',
        meta_keys=(
            'id',
            'img_id',
            'img_path',
            'category_id',
            'ori_shape',
            'img_shape',
            'input_size',
            'input_center',
            'input_scale',
            'flip',
            'flip_direction',
            'flip_indices',
            'raw_ann_info',
            'dataset_name',
            'film',
            'vertebra',
        ),
    )
]

spondylo_train_dataset = dict(
    type='SpondyloDataset',
    data_root=spondylo_data_root,
    data_mode='topdown',
    ann_file=spondylo_annotations + 'train.json',
    data_prefix=dict(img='images/'),
)
spondylo_val_dataset = dict(
    type='SpondyloDataset',
    data_root=spondylo_data_root,
    data_mode='topdown',
    ann_file=spondylo_annotations + 'val.json',
    data_prefix=dict(img='images/'),
    test_mode=True,
)
spondylo_train_loader = dict(
    num_workers=2,
    # Workers start anew in each epoch with fresh seeds; see init_worker.
    persistent_workers=False,
    worker_init_fn=dict(type='init_worker'),
    collate_fn=dict(type='collate_in_band'),
    sampler=dict(type='DefaultSampler', shuffle=True),
)
spondylo_val_loader = dict(
    batch_size=32,
    num_workers=2,
    persistent_workers=False,
    drop_last=False,
    worker_init_fn=dict(type='init_worker'),
    collate_fn=dict(type='collate_in_band'),
    sampler=dict(type='DefaultSampler', shuffle=False, round_up=False),
)

spondylo_val_evaluator = [dict(type='RadialErrorMetric'), dict(type='MeyerdingMetric')]
# The final numbers come with intervals; for 1100 vertebrae on 190 films these take
# about two seconds.
spondylo_test_evaluator = [
    dict(type='RadialErrorMetric', intervals=True, detailed=True),
    dict(type='MeyerdingMetric', intervals=True),
    dict(type='SagittalMetric', intervals=True),
]
spondylo_hooks = [
    dict(type='SyncBuffersHook'),
    dict(type='EpochSeedHook'),
    dict(type='TrainedFilmsHook'),
    dict(type='EvaluationReportHook'),
]
spondylo_hooks_with_ema = [
    *spondylo_hooks,
    dict(
        type='EMAHook',
        ema_type='ExpMomentumEMA',
        momentum=0.002,
        gamma=200,
        update_buffers=True,
        priority=49,
    ),
]
spondylo_default_hooks = dict(
    logger=dict(interval=20),
    checkpoint=dict(
        interval=1,
        max_keep_ckpts=2,
        save_best='corner/MRE_px',
        rule='less',
        # Whole files only, whenever training is stopped.
        backend_args=dict(backend='atomic'),
    ),
)
