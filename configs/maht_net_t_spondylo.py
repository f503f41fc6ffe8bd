"""MAHT-Net, size t: a thin transformer, scheduled for 2000 films on a CPU."""

_base_ = './maht_net_spondylo.py'

channels = 96

model = dict(
    neck=dict(channels=channels, layers=2, heads=4),
    head=dict(in_channels=[32, 64, 128, channels], layers=2, heads=4),
)

max_epochs = 22
train_cfg = dict(max_epochs=max_epochs, val_interval=2)
param_scheduler = [
    _base_.param_scheduler[0],
    dict(_base_.param_scheduler[1], T_max=max_epochs, end=max_epochs),
]
custom_hooks = [
    *_base_.spondylo_hooks,
    dict(type='GrowingInputHook', first_size=(320, 320), switch_epoch=13),
]
