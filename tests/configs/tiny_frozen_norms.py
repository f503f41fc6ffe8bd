"""A pose model whose steps do not depend on how a batch is shared out.

Batch norms are frozen, nothing is random but the order, and no sample is left over.
"""

_base_ = '../../configs/resnet50_spondylo.py'

codec = _base_.codec | dict(input_size=(64, 64), heatmap_size=(8, 8), sigma=1)
model = dict(
    backbone=dict(
        depth=18,
        base_channels=16,
        stem_channels=16,
        num_stages=2,
        strides=(1, 2),
        dilations=(1, 1),
        out_indices=(1,),
        norm_eval=True,
        init_cfg=None,
    ),
    head=dict(in_channels=32, deconv_out_channels=None, decoder=codec),
)
crop = dict(type='TopdownAffine', input_size=(64, 64), use_udp=True)
train_pipeline = [
    *_base_.spondylo_load,
    crop,
    dict(type='GenerateTarget', encoder=codec),
    *_base_.spondylo_pack,
]
val_pipeline = [*_base_.spondylo_load, crop, *_base_.spondylo_pack]
train_dataloader = dict(
    batch_size=8,
    num_workers=0,
    drop_last=True,
    dataset=dict(pipeline=train_pipeline),
)
val_dataloader = dict(num_workers=0, batch_size=4, dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader

train_cfg = dict(max_epochs=1)
# Adam divides by the gradient's size: it would hide a wrong one.
optim_wrapper = dict(optimizer=dict(_delete_=True, type='SGD', lr=0.5, momentum=0.9))
param_scheduler = []
from_scratch = None
default_hooks = dict(logger=dict(interval=1))
custom_hooks = [
    dict(type='SyncBuffersHook'),
    dict(type='EpochSeedHook'),
    dict(type='TrainedFilmsHook'),
    dict(type='EvaluationReportHook', plots=False),
]
