"""RTMPose-s on crops of one vertebra: small and fast, the default on a CPU."""

_base_ = [
    'mmpose::body_2d_keypoint/rtmpose/coco/rtmpose-s_8xb256-420e_coco-256x192.py',
    './_base_/spondylo_topdown.py',
]

codec = dict(
    type='SimCCLabel',
    input_size=(192, 192),
    sigma=(4.9, 4.9),
    simcc_split_ratio=2.0,
    normalize=False,
    use_dark=False,
)
model = dict(
    # SyncBN of the stock recipe needs a GPU; several GPUs set sync_bn='torch'.
    backbone=dict(norm_cfg=dict(type='BN')),
    head=dict(
        out_channels=4,
        input_size=codec['input_size'],
        in_featuremap_size=(6, 6),
        decoder=codec,
    ),
)

train_pipeline = [
    *_base_.spondylo_load,
    *_base_.spondylo_augment_geometry,
    dict(type='TopdownAffine', input_size=codec['input_size']),
    *_base_.spondylo_augment_appearance,
    dict(type='GenerateTarget', encoder=codec),
    *_base_.spondylo_pack,
]
val_pipeline = [
    *_base_.spondylo_load,
    dict(type='TopdownAffine', input_size=codec['input_size']),
    *_base_.spondylo_pack,
]

data_root = _base_.spondylo_data_root
train_dataloader = dict(
    _delete_=True,
    **_base_.spondylo_train_loader,
    batch_size=16,
    dataset=dict(**_base_.spondylo_train_dataset, pipeline=train_pipeline),
)
val_dataloader = dict(
    _delete_=True,
    **_base_.spondylo_val_loader,
    dataset=dict(**_base_.spondylo_val_dataset, pipeline=val_pipeline),
)
test_dataloader = val_dataloader
val_evaluator = _base_.spondylo_val_evaluator
test_evaluator = _base_.spondylo_test_evaluator

max_epochs = 60
train_cfg = dict(max_epochs=max_epochs, val_interval=1)
optim_wrapper = dict(optimizer=dict(lr=1e-3, weight_decay=0.05))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, begin=0, end=100, by_epoch=False),
    dict(
        type='CosineAnnealingLR',
        T_max=max_epochs,
        eta_min_ratio=0.05,
        begin=0,
        end=max_epochs,
        by_epoch=True,
        convert_to_iter_based=True,
    ),
]
auto_scale_lr = dict(base_batch_size=16)

randomness = dict(_delete_=True, seed=42)
default_hooks = _base_.spondylo_default_hooks
custom_hooks = [
    *_base_.spondylo_hooks,
    dict(
        type='EMAHook',
        ema_type='ExpMomentumEMA',
        momentum=0.002,
        gamma=200,
        update_buffers=True,
        priority=49,
    ),
]
