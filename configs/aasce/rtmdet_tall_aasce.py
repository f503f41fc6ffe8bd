"""RTMDet-tiny on the tall frontal films of AASCE 2019."""

_base_ = '../rtmdet_spondylo.py'

input_size = (256, 640)
train_pipeline = [
    *_base_.train_pipeline[:2],
    _base_.train_pipeline[2] | dict(input_size=input_size),
    *_base_.train_pipeline[3:],
]
val_pipeline = [
    *_base_.val_pipeline[:2],
    _base_.val_pipeline[2] | dict(scale=input_size),
    _base_.val_pipeline[3] | dict(size=input_size),
    *_base_.val_pipeline[4:],
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader

# Some 340 films an epoch.
max_epochs = 40
train_cfg = dict(max_epochs=max_epochs)
param_scheduler = [
    _base_.param_scheduler[0],
    dict(
        _base_.param_scheduler[1],
        T_max=max_epochs // 2,
        begin=max_epochs // 2,
        end=max_epochs,
    ),
]
