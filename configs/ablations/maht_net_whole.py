"""MAHT-Net, size t, with nothing left out: what ablations are compared with.

Small films and few epochs, so that all of them are trained in a night on a CPU.
"""

_base_ = '../maht_net_t_spondylo.py'

input_size = (320, 320)

small = dict(FilmAffine=dict(input_size=input_size))
# What helps on films of another kind costs time on the same kind.
plain = dict(**small, RandomSuperposition=None)
train_dataloader = dict(dataset=dict(pipeline_changes=plain))
val_dataloader = dict(dataset=dict(pipeline_changes=small))
test_dataloader = val_dataloader

max_epochs = 8
train_cfg = dict(max_epochs=max_epochs, val_interval=4)
param_scheduler = [
    _base_.param_scheduler[0],
    dict(_base_.param_scheduler[1], T_max=max_epochs, end=max_epochs),
]
custom_hooks = _base_.spondylo_hooks
