"""RTMDet-tiny on small films: 320 px, a quarter of the work, for a CPU."""

_base_ = './rtmdet_spondylo.py'

input_size = (320, 320)
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
