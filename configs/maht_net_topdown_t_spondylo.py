"""MAHT-Net's parts on crops, size t: a light model for corners, for 2000 films."""

_base_ = './maht_net_topdown_spondylo.py'

channels = 96

model = dict(
    neck=dict(channels=channels, layers=1, heads=4),
    head=dict(in_channels=[32, 64, 128, channels], layers=1, heads=4),
    test_cfg=dict(flip_test=False),
)

crop_size = (192, 192)
smaller = dict(TopdownAffine=dict(input_size=crop_size))
train_dataloader = dict(dataset=dict(pipeline_changes=smaller))
val_dataloader = dict(dataset=dict(pipeline_changes=smaller))
test_dataloader = val_dataloader

# Some 16,000 vertebrae an epoch.
max_epochs = 3
train_cfg = dict(max_epochs=max_epochs)
param_scheduler = [
    _base_.param_scheduler[0],
    dict(_base_.param_scheduler[1], T_max=max_epochs, end=max_epochs),
]
