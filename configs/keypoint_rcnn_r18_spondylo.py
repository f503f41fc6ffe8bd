"""Keypoint R-CNN made small for a CPU: ResNet-18, 320 px, a thinner second stage."""

_base_ = './keypoint_rcnn_spondylo.py'

input_size = (320, 320)
channels = 128

model = dict(
    backbone=dict(
        depth=18,
        init_cfg=dict(type='Pretrained', checkpoint='torchvision://resnet18'),
    ),
    neck=dict(in_channels=[64, 128, 256, 512], out_channels=channels),
    rpn_head=dict(
        in_channels=channels,
        feat_channels=channels,
        anchor_generator=dict(scales=[4, 6]),
    ),
    roi_head=dict(
        bbox_roi_extractor=dict(out_channels=channels),
        bbox_head=dict(in_channels=channels, fc_out_channels=256),
        keypoint_roi_extractor=dict(out_channels=channels),
        keypoint_head=dict(in_channels=channels, num_convs=4, conv_channels=channels),
    ),
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
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader
