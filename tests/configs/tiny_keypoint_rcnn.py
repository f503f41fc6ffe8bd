"""A Keypoint R-CNN that trains in seconds or minutes, for tests."""

_base_ = '../../configs/keypoint_rcnn_r18_spondylo.py'

input_size = (128, 128)
channels = 32

model = dict(
    backbone=dict(base_channels=32, init_cfg=None),
    neck=dict(in_channels=[32, 64, 128, 256], out_channels=channels),
    rpn_head=dict(
        in_channels=channels,
        feat_channels=channels,
        anchor_generator=dict(scales=[3]),
    ),
    roi_head=dict(
        bbox_roi_extractor=dict(out_channels=channels),
        bbox_head=dict(in_channels=channels, fc_out_channels=64),
        keypoint_roi_extractor=dict(out_channels=channels),
        keypoint_head=dict(in_channels=channels, num_convs=2, conv_channels=channels),
    ),
    train_cfg=dict(
        rpn_proposal=dict(nms_pre=200, max_per_img=50),
        rcnn=dict(sampler=dict(num=32)),
    ),
    test_cfg=dict(rpn=dict(nms_pre=200, max_per_img=50)),
)

train_pipeline = [
    *_base_.spondylo_film_load,
    *_base_.spondylo_film_flip,
    dict(type='FilmAffine', input_size=input_size, **_base_.spondylo_film_geometry),
    *_base_.spondylo_augment_appearance,
    *_base_.spondylo_film_obstacles,
    dict(type='FilmTargets'),
    *_base_.spondylo_film_pack,
]
val_pipeline = [
    *_base_.spondylo_film_load,
    dict(type='FilmAffine', input_size=input_size),
    *_base_.spondylo_film_pack,
]
train_dataloader = dict(batch_size=2, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(batch_size=2, dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader

train_cfg = dict(max_epochs=2)
default_hooks = dict(logger=dict(interval=1))
