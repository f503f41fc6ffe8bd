"""MAHT-Net, size t, on a trunk that knows photographs."""

_base_ = ['./maht_net_t_spondylo.py', './_base_/spondylo_imagenet.py']

custom_imports = dict(
    imports=[*_base_.custom_imports['imports'], _base_.spondylo_imagenet_import]
)

model = _base_.spondylo_imagenet_model
optim_wrapper = _base_.spondylo_imagenet_optimizer

# It learns faster than from random weights.
max_epochs = 10
train_cfg = dict(max_epochs=max_epochs)
param_scheduler = [
    _base_.param_scheduler[0],
    dict(_base_.param_scheduler[1], T_max=max_epochs, end=max_epochs),
]
custom_hooks = [
    *_base_.spondylo_hooks,
    dict(type='GrowingInputHook', first_size=(320, 320), switch_epoch=6),
]
