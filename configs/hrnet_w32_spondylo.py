"""HRNet-W32 on crops of one vertebra: stock network, heatmaps at stride 4."""

_base_ = [
    'mmpose::body_2d_keypoint/topdown_heatmap/coco/'
    'td-hm_hrnet-w32_udp-8xb64-210e_coco-256x192.py',
    './_base_/spondylo_udp.py',
]

codec = _base_.spondylo_codec
model = dict(head=dict(out_channels=4, decoder=codec))

data_root = _base_.spondylo_data_root
train_pipeline = _base_.spondylo_train_pipeline
val_pipeline = _base_.spondylo_val_pipeline
train_dataloader = dict(_delete_=True, **_base_.spondylo_train_dataloader, batch_size=8)
val_dataloader = dict(_delete_=True, **_base_.spondylo_val_dataloader)
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
