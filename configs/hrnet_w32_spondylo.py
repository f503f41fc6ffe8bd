"""HRNet-W32 on crops of one vertebra: stock network, UDP heatmaps at stride 4."""

_base_ = [
    'mmpose::body_2d_keypoint/topdown_heatmap/coco/'
    'td-hm_hrnet-w32_udp-8xb64-210e_coco-256x192.py',
    './_base_/spondylo_topdown.py',
]

codec = dict(type='UDPHeatmap', input_size=(256, 256), heatmap_size=(64, 64), sigma=2)
model = dict(head=dict(out_channels=4, decoder=codec))

train_pipeline = [
    *_base_.spondylo_load,
    *_base_.spondylo_augment_geometry,
    dict(type='TopdownAffine', input_size=codec['input_size'], use_udp=True),
    *_base_.spondylo_augment_appearance,
    dict(type='GenerateTarget', encoder=codec),
    *_base_.spondylo_pack,
]
val_pipeline = [
    *_base_.spondylo_load,
    dict(type='TopdownAffine', input_size=codec['input_size'], use_udp=True),
    *_base_.spondylo_pack,
]

data_root = _base_.spondylo_data_root
train_dataloader = dict(
    _delete_=True,
    **_base_.spondylo_train_loader,
    batch_size=8,
    dataset=dict(**_base_.spondylo_train_dataset, pipeline=train_pipeline),
)
val_dataloader = dict(
    _delete_=True,
    **_base_.spondylo_val_loader,
    dataset=dict(**_base_.spondylo_val_dataset, pipeline=val_pipeline),
)
test_dataloader = val_dataloader
val_evaluator = _base_.spondylo_val_evaluator
test_evaluator = _base_.spondylo_test_evaluator

# A pretrained backbone learns ten times slower than the head.
max_epochs = 100
train_cfg = dict(max_epochs=max_epochs, val_interval=1)
optim_wrapper = dict(
    optimizer=dict(_delete_=True, type='AdamW', lr=1e-4, weight_decay=1e-4),
    paramwise_cfg=dict(custom_keys=dict(backbone=dict(lr_mult=0.1))),
)
param_scheduler = [
    dict(
        type='LinearLR',
        start_factor=0.01,
        begin=0,
        end=5,
        by_epoch=True,
        convert_to_iter_based=True,
    ),
    dict(
        type='CosineAnnealingLR',
        T_max=max_epochs - 5,
        eta_min_ratio=0.01,
        begin=5,
        end=max_epochs,
        by_epoch=True,
        convert_to_iter_based=True,
    ),
]
auto_scale_lr = dict(base_batch_size=8)
# Applied by --no-pretrained.
from_scratch = dict(
    optim_wrapper=dict(
        optimizer=dict(lr=5e-4),
        paramwise_cfg=dict(custom_keys=dict(backbone=dict(lr_mult=1.0))),
    )
)

randomness = dict(seed=42)
default_hooks = _base_.spondylo_default_hooks
custom_hooks = _base_.spondylo_hooks
