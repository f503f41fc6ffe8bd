"""Shared by the RTMPose recipes: codec, pipelines, loaders and schedule."""

_base_ = './spondylo_topdown.py'

spondylo_codec = dict(
    type='SubpixelSimCC',
    input_size=(192, 192),
    sigma=(4.9, 4.9),
    simcc_split_ratio=2.0,
)
spondylo_crop = dict(type='TopdownAffine', input_size=spondylo_codec['input_size'])

spondylo_train_pipeline = [
    *_base_.spondylo_train_load,
    *_base_.spondylo_augment_geometry,
    spondylo_crop,
    *_base_.spondylo_augment_appearance,
    *_base_.spondylo_augment_obstacles,
    dict(type='GenerateTarget', encoder=spondylo_codec),
    *_base_.spondylo_pack,
]
spondylo_val_pipeline = [*_base_.spondylo_load, spondylo_crop, *_base_.spondylo_pack]

spondylo_train_dataloader = dict(
    **_base_.spondylo_train_loader,
    batch_size=16,
    dataset=dict(**_base_.spondylo_train_dataset, pipeline=spondylo_train_pipeline),
)
spondylo_val_dataloader = dict(
    **_base_.spondylo_val_loader,
    dataset=dict(**_base_.spondylo_val_dataset, pipeline=spondylo_val_pipeline),
)
spondylo_model = dict(
    # SyncBN of the stock recipe needs a GPU; several GPUs set sync_bn='torch'.
    backbone=dict(norm_cfg=dict(type='BN')),
    head=dict(
        out_channels=4,
        input_size=spondylo_codec['input_size'],
        in_featuremap_size=(6, 6),
        decoder=dict(_delete_=True, **spondylo_codec),
    ),
)

spondylo_max_epochs = 60
spondylo_optim_wrapper = dict(optimizer=dict(lr=1e-3, weight_decay=0.05))
spondylo_param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, begin=0, end=100, by_epoch=False),
    dict(
        type='CosineAnnealingLR',
        T_max=spondylo_max_epochs,
        eta_min_ratio=0.05,
        begin=0,
        end=spondylo_max_epochs,
        by_epoch=True,
        convert_to_iter_based=True,
    ),
]
