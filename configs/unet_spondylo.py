"""U-Net on crops of one vertebra: our own backbone, heatmaps at stride 2."""

_base_ = ['mmpose::_base_/default_runtime.py', './_base_/spondylo_udp.py']

# As wide in px of the crop as the Gaussians at stride 4 of the other recipes.
codec = _base_.spondylo_codec | dict(heatmap_size=(96, 96), sigma=4)
model = dict(
    type='TopdownPoseEstimator',
    data_preprocessor=dict(
        type='PoseDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        bgr_to_rgb=True,
    ),
    backbone=dict(type='UNet', channels=(64, 128, 256, 512), out_stride=2),
    head=dict(
        type='HeatmapHead',
        in_channels=128,
        out_channels=4,
        deconv_out_channels=None,
        loss=dict(type='KeypointMSELoss', use_target_weight=True),
        decoder=codec,
    ),
    test_cfg=dict(flip_test=True, flip_mode='heatmap', shift_heatmap=False),
)

data_root = _base_.spondylo_data_root
train_pipeline = [
    *_base_.spondylo_augmented_crops,
    dict(type='GenerateTarget', encoder=codec),
    *_base_.spondylo_pack,
]
val_pipeline = _base_.spondylo_val_pipeline
train_dataloader = dict(
    **_base_.spondylo_train_loader,
    batch_size=8,
    dataset=dict(
        **_base_.spondylo_train_dataset,
        pipeline=train_pipeline,
        pipeline_changes=dict(
            RandomBBoxTransform=dict(rotate_factor=10),
            RandomRadiographAppearance=dict(brightness=0.2, contrast=0.2),
        ),
    ),
)
val_dataloader = _base_.spondylo_val_dataloader
test_dataloader = val_dataloader
val_evaluator = _base_.spondylo_val_evaluator
test_evaluator = _base_.spondylo_test_evaluator

train_cfg = dict(by_epoch=True, max_epochs=100, val_interval=1)
val_cfg = dict()
test_cfg = dict()
optim_wrapper = dict(optimizer=dict(type='Adam', lr=1e-3))
param_scheduler = [
    dict(
        type='ReduceOnPlateauLR',
        monitor='corner/MRE_px',
        rule='less',
        factor=0.5,
        patience=10,
    )
]
auto_scale_lr = dict(base_batch_size=8)

randomness = dict(seed=42)
default_hooks = _base_.spondylo_default_hooks
custom_hooks = [
    *_base_.spondylo_hooks,
    dict(
        type='EarlyStoppingHook',
        monitor='corner/MRE_px',
        rule='less',
        min_delta=0.01,
        patience=20,
    ),
]
