auto_scale_lr = dict(base_batch_size=8)
backend_args = dict(backend='local')
channels = 96
crop = dict(
    input_size=(
        256,
        256,
    ), type='TopdownAffine')
crop_size = (
    192,
    192,
)
custom_hooks = [
    dict(type='SyncBuffersHook'),
    dict(type='EpochSeedHook'),
    dict(type='TrainedFilmsHook'),
    dict(type='EvaluationReportHook'),
    dict(type='FiniteTrainingHook'),
    dict(type='PendingGradientsHook'),
    dict(type='TrainingRecordHook'),
]
custom_imports = dict(
    allow_failed_imports=False,
    imports=[
        'spondylo_mmpose.codecs',
        'spondylo_mmpose.datasets',
        'spondylo_mmpose.engine.registration',
        'spondylo_mmpose.evaluation',
        'spondylo_mmpose.models.backbones',
        'mmdet.models',
        'spondylo_mmpose.models.heads',
        'spondylo_mmpose.models.losses',
        'spondylo_mmpose.models.necks',
        'spondylo_mmpose.models.pose_estimators',
    ])
data_root = '{{$SPONDYLO_DATA:data/spondylo}}'
default_hooks = dict(
    badcase=dict(
        _scope_='mmpose',
        badcase_thr=5,
        enable=False,
        metric_type='loss',
        out_dir='badcase',
        type='BadCaseAnalysisHook'),
    checkpoint=dict(
        _scope_='mmpose',
        backend_args=dict(backend='atomic'),
        interval=1,
        max_keep_ckpts=2,
        rule='less',
        type='ResumableCheckpointHook'),
    logger=dict(_scope_='mmpose', interval=20, type='LoggerHook'),
    param_scheduler=dict(_scope_='mmpose', type='ParamSchedulerHook'),
    sampler_seed=dict(_scope_='mmpose', type='DistSamplerSeedHook'),
    timer=dict(_scope_='mmpose', type='IterTimerHook'),
    visualization=dict(
        _scope_='mmpose', enable=False, type='PoseVisualizationHook'))
default_scope = 'mmpose'
env_cfg = dict(
    cudnn_benchmark=False,
    dist_cfg=dict(backend='gloo'),
    mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0))
input_size = (
    512,
    512,
)
log_level = 'INFO'
log_processor = dict(
    _scope_='mmpose',
    by_epoch=True,
    num_digits=6,
    type='LogProcessor',
    window_size=50)
max_epochs = 1
model = dict(
    backbone=dict(
        members=[
            dict(
                backbone=dict(
                    act_cfg=dict(inplace=True, type='SiLU'),
                    arch='P5',
                    deepen_factor=0.167,
                    norm_cfg=dict(type='BN'),
                    out_indices=(
                        1,
                        2,
                        3,
                        4,
                    ),
                    type='mmdet.CSPNeXt',
                    widen_factor=0.25),
                neck=dict(
                    channels=96,
                    heads=4,
                    in_channels=[
                        32,
                        64,
                        128,
                        256,
                    ],
                    layers=1,
                    type='TransformerBridge')),
            dict(
                backbone=dict(
                    act_cfg=dict(inplace=True, type='SiLU'),
                    arch='P5',
                    deepen_factor=0.167,
                    norm_cfg=dict(type='BN'),
                    out_indices=(
                        1,
                        2,
                        3,
                        4,
                    ),
                    type='mmdet.CSPNeXt',
                    widen_factor=0.25),
                neck=dict(
                    channels=96,
                    heads=4,
                    in_channels=[
                        32,
                        64,
                        128,
                        256,
                    ],
                    layers=1,
                    type='TransformerBridge')),
        ],
        type='MemberTrunks'),
    data_preprocessor=dict(
        bgr_to_rgb=True,
        mean=[
            123.675,
            116.28,
            103.53,
        ],
        std=[
            58.395,
            57.12,
            57.375,
        ],
        type='PoseDataPreprocessor'),
    head=dict(
        members=[
            dict(
                decoder_channels=48,
                heads=4,
                in_channels=[
                    32,
                    64,
                    128,
                    96,
                ],
                layers=1,
                presence_loss=None,
                slots=1,
                type='VertebralAttentionHead'),
            dict(
                decoder_channels=48,
                heads=4,
                in_channels=[
                    32,
                    64,
                    128,
                    96,
                ],
                layers=1,
                presence_loss=None,
                slots=1,
                type='VertebralAttentionHead'),
        ],
        type='SlotEnsembleHead'),
    test_cfg=dict(flip_test=True, presence_threshold=0.0),
    type='TopdownPoseEstimator')
model_wrapper_cfg = dict(
    broadcast_buffers=False, device_ids=None, type='MMDistributedDataParallel')
nearer = dict(
    RandomBBoxTransform=dict(scale_factor=(
        0.92,
        1.08,
    ), shift_factor=0.04))
optim_wrapper = dict(
    clip_grad=dict(max_norm=5),
    optimizer=dict(fused=True, lr=0.0003, type='AdamW', weight_decay=0.02),
    paramwise_cfg=dict(bias_decay_mult=0, norm_decay_mult=0),
    type='CpuAmpOptimWrapper')
param_scheduler = [
    dict(begin=0, by_epoch=False, end=30, start_factor=0.1, type='LinearLR'),
    dict(
        T_max=1,
        begin=0,
        by_epoch=True,
        convert_to_iter_based=True,
        end=1,
        eta_min_ratio=0.01,
        type='CosineAnnealingLR'),
]
passes = 2
randomness = dict(seed=42)
slots = 12
smaller = dict(TopdownAffine=dict(input_size=(
    192,
    192,
)))
superposition = dict(probability=0.5, type='RandomSuperposition')
test_cfg = dict()
test_dataloader = dict(
    batch_size=32,
    collate_fn=dict(type='collate_in_band'),
    dataset=dict(
        ann_file='annotations/all/val.json',
        data_mode='topdown',
        data_prefix=dict(img='images/'),
        data_root='{{$SPONDYLO_DATA:data/spondylo}}',
        pipeline=[
            dict(type='LoadRadiograph'),
            dict(padding=1.5, type='GetBBoxCenterScale'),
            dict(input_size=(
                256,
                256,
            ), type='TopdownAffine'),
            dict(
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
                type='PackPoseInputs'),
        ],
        pipeline_changes=dict(TopdownAffine=dict(input_size=(
            192,
            192,
        ))),
        test_mode=True,
        type='SpondyloDataset'),
    drop_last=False,
    num_workers=2,
    persistent_workers=False,
    sampler=dict(round_up=False, shuffle=False, type='DefaultSampler'),
    worker_init_fn=dict(type='init_worker'))
test_evaluator = [
    dict(detailed=True, intervals=True, type='RadialErrorMetric'),
    dict(intervals=True, type='MeyerdingMetric'),
    dict(intervals=True, type='SagittalMetric'),
]
train_cfg = dict(by_epoch=True, max_epochs=1, val_interval=1)
train_changes = dict(
    RandomBBoxTransform=dict(scale_factor=(
        0.92,
        1.08,
    ), shift_factor=0.04),
    TopdownAffine=dict(input_size=(
        192,
        192,
    )))
train_dataloader = dict(
    batch_size=8,
    collate_fn=dict(type='collate_in_band'),
    dataset=dict(
        datasets=[
            dict(
                ann_file='annotations/train.json',
                data_mode='topdown',
                data_prefix=dict(img='images/'),
                data_root='{{$SPONDYLO_DATA:data/spondylo}}',
                indices=3000,
                pipeline=[
                    dict(type='LoadRadiograph'),
                    dict(deviation=0.05, type='RandomBoxJitter'),
                    dict(padding=1.5, type='GetBBoxCenterScale'),
                    dict(direction='horizontal', type='RandomFlip'),
                    dict(
                        rotate_factor=25,
                        rotate_prob=0.7,
                        scale_factor=(
                            0.8,
                            1.25,
                        ),
                        scale_prob=1.0,
                        shift_factor=0.1,
                        shift_prob=1.0,
                        type='RandomBBoxTransform'),
                    dict(input_size=(
                        256,
                        256,
                    ), type='TopdownAffine'),
                    dict(type='RandomPerspective'),
                    dict(probability=0.5, type='RandomSuperposition'),
                    dict(type='RandomRadiographAppearance'),
                    dict(probability=0.2, type='RandomCollimation'),
                    dict(probability=0.2, type='RandomMarkerOcclusion'),
                    dict(probability=0.05, type='RandomInversion'),
                    dict(slots=1, type='SlotTargets'),
                    dict(
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
                        type='PackPoseInputs'),
                ],
                pipeline_changes=dict(
                    RandomBBoxTransform=dict(
                        scale_factor=(
                            0.92,
                            1.08,
                        ), shift_factor=0.04),
                    TopdownAffine=dict(input_size=(
                        192,
                        192,
                    ))),
                type='SpondyloDataset'),
            dict(
                dataset=dict(
                    ann_file='annotations/all/train.json',
                    data_mode='topdown',
                    data_prefix=dict(img='images/'),
                    data_root='{{$SPONDYLO_DATA:data/spondylo}}',
                    pipeline=[
                        dict(type='LoadRadiograph'),
                        dict(deviation=0.05, type='RandomBoxJitter'),
                        dict(padding=1.5, type='GetBBoxCenterScale'),
                        dict(direction='horizontal', type='RandomFlip'),
                        dict(
                            rotate_factor=25,
                            rotate_prob=0.7,
                            scale_factor=(
                                0.8,
                                1.25,
                            ),
                            scale_prob=1.0,
                            shift_factor=0.1,
                            shift_prob=1.0,
                            type='RandomBBoxTransform'),
                        dict(input_size=(
                            256,
                            256,
                        ), type='TopdownAffine'),
                        dict(type='RandomPerspective'),
                        dict(probability=0.5, type='RandomSuperposition'),
                        dict(type='RandomRadiographAppearance'),
                        dict(probability=0.2, type='RandomCollimation'),
                        dict(probability=0.2, type='RandomMarkerOcclusion'),
                        dict(probability=0.05, type='RandomInversion'),
                        dict(slots=1, type='SlotTargets'),
                        dict(
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
                            type='PackPoseInputs'),
                    ],
                    pipeline_changes=dict(
                        RandomBBoxTransform=dict(
                            scale_factor=(
                                0.92,
                                1.08,
                            ), shift_factor=0.04),
                        TopdownAffine=dict(input_size=(
                            192,
                            192,
                        ))),
                    type='SpondyloDataset'),
                times=50,
                type='RepeatDataset'),
        ],
        type='ConcatDataset'),
    num_workers=2,
    persistent_workers=False,
    sampler=dict(shuffle=True, type='DefaultSampler'),
    worker_init_fn=dict(type='init_worker'))
train_pipeline = [
    dict(type='LoadRadiograph'),
    dict(deviation=0.05, type='RandomBoxJitter'),
    dict(padding=1.5, type='GetBBoxCenterScale'),
    dict(direction='horizontal', type='RandomFlip'),
    dict(
        rotate_factor=25,
        rotate_prob=0.7,
        scale_factor=(
            0.8,
            1.25,
        ),
        scale_prob=1.0,
        shift_factor=0.1,
        shift_prob=1.0,
        type='RandomBBoxTransform'),
    dict(input_size=(
        256,
        256,
    ), type='TopdownAffine'),
    dict(type='RandomPerspective'),
    dict(probability=0.5, type='RandomSuperposition'),
    dict(type='RandomRadiographAppearance'),
    dict(probability=0.2, type='RandomCollimation'),
    dict(probability=0.2, type='RandomMarkerOcclusion'),
    dict(probability=0.05, type='RandomInversion'),
    dict(slots=1, type='SlotTargets'),
    dict(
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
        type='PackPoseInputs'),
]
val_cfg = None
val_dataloader = None
val_evaluator = None
val_pipeline = [
    dict(type='LoadRadiograph'),
    dict(padding=1.5, type='GetBBoxCenterScale'),
    dict(input_size=(
        256,
        256,
    ), type='TopdownAffine'),
    dict(
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
        type='PackPoseInputs'),
]
vis_backends = [
    dict(_scope_='mmpose', type='LocalVisBackend'),
]
visualizer = dict(
    _scope_='mmpose',
    name='visualizer',
    type='PoseLocalVisualizer',
    vis_backends=[
        dict(type='LocalVisBackend'),
        dict(type='CsvVisBackend'),
    ])
