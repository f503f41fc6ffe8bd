"""A detector that trains in seconds, for tests of the tools."""

_base_ = '../../configs/rtmdet_spondylo.py'

model = dict(
    backbone=dict(widen_factor=0.125, init_cfg=None),
    neck=dict(in_channels=[32, 64, 128], out_channels=32),
    bbox_head=dict(in_channels=32, feat_channels=32),
)
# Smaller, and vertebrae slip through between the points of the finest stride.
input_size = (256, 256)
train_pipeline = [
    *_base_.train_pipeline[:2],
    _base_.train_pipeline[2] | dict(input_size=input_size),
    *_base_.train_pipeline[3:],
]
val_pipeline = [
    *_base_.val_pipeline[:2],
    _base_.val_pipeline[2] | dict(scale=input_size),
    _base_.val_pipeline[3] | dict(size=input_size),
    *_base_.val_pipeline[4:],
]
train_dataloader = dict(batch_size=4, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader

max_epochs = 2
train_cfg = dict(max_epochs=max_epochs, val_interval=1)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, begin=0, end=3, by_epoch=False)
]
default_hooks = dict(checkpoint=dict(max_keep_ckpts=-1), logger=dict(interval=1))
