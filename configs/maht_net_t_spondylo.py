"""MAHT-Net, size t: 320 px and a thin transformer, for a CPU."""

_base_ = './maht_net_spondylo.py'

input_size = (320, 320)
channels = 96

model = dict(
    neck=dict(channels=channels, layers=2, heads=4),
    head=dict(
        in_channels=[32, 64, 128, channels], layers=2, heads=4, decoder_channels=48
    ),
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
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader
