"""A narrow U-Net on small crops, for tests."""

_base_ = '../../configs/unet_spondylo.py'

codec = dict(input_size=(64, 64), heatmap_size=(32, 32), sigma=1.5)
model = dict(
    backbone=dict(channels=(8, 16, 32, 32)), head=dict(in_channels=16, decoder=codec)
)
crop = dict(type='TopdownAffine', input_size=(64, 64), use_udp=True)
train_pipeline = [
    *_base_.spondylo_load,
    *_base_.spondylo_augment_geometry,
    crop,
    dict(type='GenerateTarget', encoder={**_base_.codec, **codec}),
    *_base_.spondylo_pack,
]
val_pipeline = [*_base_.spondylo_load, crop, *_base_.spondylo_pack]
optim_wrapper = dict(optimizer=dict(lr=5e-3))
train_dataloader = dict(
    batch_size=8,
    dataset=dict(
        pipeline=train_pipeline,
        pipeline_changes=dict(_delete_=True),
    ),
)
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader
