"""MAHT-Net's parts on crops, size t, on a trunk that knows photographs."""

_base_ = ['./maht_net_topdown_t_spondylo.py', './_base_/spondylo_imagenet.py']

custom_imports = dict(
    imports=[*_base_.custom_imports['imports'], _base_.spondylo_imagenet_import]
)

model = _base_.spondylo_imagenet_model
optim_wrapper = _base_.spondylo_imagenet_optimizer

# It learns faster than from random weights.
max_epochs = 4
train_cfg = dict(max_epochs=max_epochs)
param_scheduler = [
    _base_.param_scheduler[0],
    dict(_base_.param_scheduler[1], T_max=max_epochs, end=max_epochs),
]
