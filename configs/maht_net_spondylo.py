"""MAHT-Net, size s: a query for each corner of each vertebra, counted from S1."""

_base_ = ['mmpose::_base_/default_runtime.py', './_base_/spondylo_film.py']

custom_imports = dict(
    imports=[
        *_base_.custom_imports['imports'],
        'mmdet.models',
        'spondylo_mmpose.models.heads',
        'spondylo_mmpose.models.losses',
        'spondylo_mmpose.models.necks',
        'spondylo_mmpose.models.pose_estimators',
    ]
)

input_size = (512, 512)
slots = 12
channels = 128  # of the transformer

model = dict(
    type='FilmPoseEstimator',
    data_preprocessor=dict(
        type='PoseDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        bgr_to_rgb=True,
    ),
    backbone=dict(
        type='mmdet.CSPNeXt',
        arch='P5',
        deepen_factor=0.167,
        widen_factor=0.25,
        out_indices=(1, 2, 3, 4),
        norm_cfg=dict(type='BN'),
        act_cfg=dict(type='SiLU', inplace=True),
    ),
    neck=dict(
        type='TransformerBridge',
        in_channels=[32, 64, 128, 256],
        channels=channels,
        layers=4,
        heads=8,
    ),
    head=dict(
        type='VertebralAttentionHead',
        in_channels=[32, 64, 128, channels],
        slots=slots,
        layers=3,
        heads=8,
        decoder_channels=48,
    ),
    # A vertebra is told that is more likely there than not.
    test_cfg=dict(flip_test=False, presence_threshold=0.5),
)

# Few films, or drawn ones, show vertebrae too clearly.
superposition = dict(type='RandomSuperposition', probability=0.5)
train_pipeline = [
    *_base_.spondylo_film_load,
    *_base_.spondylo_film_flip,
    dict(type='FilmAffine', input_size=input_size, **_base_.spondylo_film_geometry),
    superposition,
    *_base_.spondylo_augment_appearance,
    *_base_.spondylo_film_obstacles,
    dict(type='SlotTargets', slots=slots),
    *_base_.spondylo_film_pack,
]
val_pipeline = [
    *_base_.spondylo_film_load,
    dict(type='FilmAffine', input_size=input_size),
    *_base_.spondylo_film_pack,
]

data_root = _base_.spondylo_data_root
train_dataloader = dict(
    **_base_.spondylo_train_loader,
    batch_size=8,
    dataset=dict(**_base_.spondylo_train_dataset, pipeline=train_pipeline),
)
val_dataloader = dict(
    **_base_.spondylo_val_loader,
    dataset=dict(**_base_.spondylo_val_dataset, pipeline=val_pipeline),
)
test_dataloader = val_dataloader
val_evaluator = _base_.spondylo_film_val_evaluator
test_evaluator = _base_.spondylo_film_test_evaluator

max_epochs = 120
train_cfg = dict(by_epoch=True, max_epochs=max_epochs, val_interval=1)
val_cfg = dict()
test_cfg = dict()
optim_wrapper = dict(
    optimizer=dict(type='AdamW', lr=1e-3, weight_decay=0.02),
    paramwise_cfg=dict(norm_decay_mult=0, bias_decay_mult=0),
    clip_grad=dict(max_norm=5),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, begin=0, end=200, by_epoch=False),
    dict(
        type='CosineAnnealingLR',
        T_max=max_epochs,
        eta_min_ratio=0.01,
        begin=0,
        end=max_epochs,
        by_epoch=True,
        convert_to_iter_based=True,
    ),
]
auto_scale_lr = dict(base_batch_size=8)

randomness = dict(seed=42)
default_hooks = _base_.spondylo_default_hooks
custom_hooks = [
    *_base_.spondylo_hooks,
    dict(type='GrowingInputHook', first_size=(320, 320), switch_epoch=80),
]
