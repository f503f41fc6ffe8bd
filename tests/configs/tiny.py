"""A pose model that trains in seconds, for tests of the tools."""

_base_ = '../../configs/rtmpose_s_spondylo.py'

codec = dict(input_size=(64, 64), sigma=(2.0, 2.0))
model = dict(
    backbone=dict(widen_factor=0.125),
    head=dict(
        in_channels=128,
        input_size=(64, 64),
        in_featuremap_size=(2, 2),
        final_layer_kernel_size=1,
        gau_cfg=dict(hidden_dims=32, s=16),
        decoder=codec,
    ),
    test_cfg=dict(flip_test=False),
)
train_pipeline = [
    *_base_.spondylo_load,
    *_base_.spondylo_augment_geometry,
    dict(type='TopdownAffine', input_size=(64, 64)),
    *_base_.spondylo_augment_appearance,
    dict(type='GenerateTarget', encoder={**_base_.codec, **codec}),
    *_base_.spondylo_pack,
]
val_pipeline = [
    *_base_.spondylo_load,
    dict(type='TopdownAffine', input_size=(64, 64)),
    *_base_.spondylo_pack,
]
train_dataloader = dict(batch_size=4, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader

max_epochs = 4
train_cfg = dict(max_epochs=max_epochs)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, begin=0, end=3, by_epoch=False),
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
default_hooks = dict(checkpoint=dict(max_keep_ckpts=-1), logger=dict(interval=1))
