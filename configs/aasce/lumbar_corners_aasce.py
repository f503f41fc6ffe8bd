"""The shipped corners' first step, gone on with: phantoms and frontal films of AASCE.

To see what real films of another kind bring before the second step; AASCE's licence is
not settled, so that nothing trained by this recipe ships.
"""

_base_ = [
    '../lumbar_lateral/corners_first_step.py',
    '../_base_/spondylo_second_step.py',
]

parts = dict(
    data_mode='topdown',
    pipeline=_base_.train_pipeline,
    pipeline_changes=_base_.train_changes,
)
frontal = dict(**_base_.spondylo_train_dataset | parts)
drawn = dict(**frontal | _base_.spondylo_second_phantoms, indices=6000)
train_dataloader = dict(
    dataset=dict(_delete_=True, type='ConcatDataset', datasets=[drawn, frontal])
)
del parts, frontal, drawn  # what is left here would be a setting

max_epochs = 3
train_cfg = dict(max_epochs=max_epochs)
optim_wrapper = dict(optimizer=dict(lr=5e-4))
param_scheduler = [
    _base_.spondylo_second_warmup,
    dict(_base_.param_scheduler[1], T_max=max_epochs, end=max_epochs),
]
default_hooks = _base_.spondylo_second_hooks
