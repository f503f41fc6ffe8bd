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
# Boxes are as wrong as a finder's, and no more: where the corners of a faint sacrum
# should be is told by its box.
nearer = dict(RandomBBoxTransform=dict(shift_factor=0.04, scale_factor=(0.92, 1.08)))
train_changes = dict(**smaller, **nearer)
train_dataloader = dict(dataset=dict(pipeline_changes=train_changes))
val_dataloader = dict(dataset=dict(pipeline_changes=smaller))
test_dataloader = val_dataloader

# Some 16,000 vertebrae an epoch.
max_epochs = 6
train_cfg = dict(max_epochs=max_epochs)
param_scheduler = [
    _base_.param_scheduler[0],
    dict(_base_.param_scheduler[1], T_max=max_epochs, end=max_epochs),
]
