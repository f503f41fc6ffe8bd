"""A MAHT-Net that trains in seconds, for tests."""

_base_ = '../../configs/maht_net_spondylo.py'

input_size = (128, 128)
channels = 32

model = dict(
    backbone=dict(widen_factor=0.125),
    neck=dict(in_channels=[16, 32, 64, 128], channels=channels, layers=1, heads=4),
    head=dict(
        in_channels=[16, 32, 64, channels], layers=1, heads=4, decoder_channels=16
    ),
    # Untrained, it is sure of nothing, and tests want vertebrae.
    test_cfg=dict(presence_threshold=0.3),
)
train_pipeline = [
    *_base_.spondylo_film_load,
    *_base_.spondylo_film_flip,
    dict(type='FilmAffine', input_size=input_size, **_base_.spondylo_film_geometry),
    *_base_.spondylo_augment_appearance,
    *_base_.spondylo_film_obstacles,
    dict(type='SlotTargets', slots=_base_.slots),
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
