"""The demo's recipe: the HRNet recipe made narrow and its crops small.

1.3 M parameters that learn in minutes on a CPU; not for results to publish.
"""

_base_ = '../hrnet_w32_spondylo.py'

codec = dict(input_size=(128, 128), heatmap_size=(32, 32), sigma=1.5)
model = dict(
    backbone=dict(
        extra=dict(
            stage1=dict(num_blocks=(2,), num_channels=(32,)),
            stage2=dict(num_blocks=(2, 2), num_channels=(16, 32)),
            stage3=dict(num_modules=1, num_blocks=(2,) * 3, num_channels=(16, 32, 64)),
            stage4=dict(
                num_modules=1, num_blocks=(2,) * 4, num_channels=(16, 32, 64, 128)
            ),
        ),
        # There are no pretrained weights of this width.
        init_cfg=None,
    ),
    head=dict(in_channels=16, decoder=codec),
)

train_pipeline = [
    *_base_.spondylo_load,
    *_base_.spondylo_augment_geometry,
    dict(type='TopdownAffine', input_size=codec['input_size'], use_udp=True),
    *_base_.spondylo_augment_appearance,
    dict(type='GenerateTarget', encoder={**_base_.codec, **codec}),
    *_base_.spondylo_pack,
]
val_pipeline = [
    *_base_.spondylo_load,
    dict(type='TopdownAffine', input_size=codec['input_size'], use_udp=True),
    *_base_.spondylo_pack,
]
train_dataloader = dict(batch_size=16, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader

max_epochs = 6
train_cfg = dict(max_epochs=max_epochs, val_interval=2)
optim_wrapper = dict(
    optimizer=dict(lr=2e-3),
    paramwise_cfg=dict(custom_keys=dict(backbone=dict(lr_mult=1.0))),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, begin=0, end=30, by_epoch=False),
    dict(
        type='CosineAnnealingLR',
        T_max=max_epochs,
        eta_min_ratio=0.02,
        begin=0,
        end=max_epochs,
        by_epoch=True,
        convert_to_iter_based=True,
    ),
]
from_scratch = None
