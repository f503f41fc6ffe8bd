"""The shipped model's finder, first step: phantoms alone, some 4000 of them."""

_base_ = '../maht_net_t_spondylo.py'

max_epochs = 14
train_cfg = dict(max_epochs=max_epochs)
param_scheduler = [
    _base_.param_scheduler[0],
    dict(_base_.param_scheduler[1], T_max=max_epochs, end=max_epochs),
]
custom_hooks = [
    *_base_.spondylo_hooks,
    dict(type='GrowingInputHook', first_size=(320, 320), switch_epoch=8),
]
