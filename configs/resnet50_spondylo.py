"""ResNet-50 SimpleBaseline on crops of one vertebra: stock network, heatmaps."""

_base_ = [
    'mmpose::body_2d_keypoint/topdown_heatmap/coco/'
    'td-hm_res50_8xb64-210e_coco-256x192.py',
    './_base_/spondylo_udp.py',
]

codec = _base_.spondylo_codec
model = dict(
    head=dict(out_channels=4, decoder=codec),
    # The maps of UDP are mirrored without the shift that the stock codec needs.
    test_cfg=dict(shift_heatmap=False),
)

data_root = _base_.spondylo_data_root
train_pipeline = _base_.spondylo_train_pipeline
val_pipeline = _base_.spondylo_val_pipeline
train_dataloader = dict(
    _delete_=True, **_base_.spondylo_train_dataloader, batch_size=16
)
val_dataloader = dict(_delete_=True, **_base_.spondylo_val_dataloader)
test_dataloader = val_dataloader
val_evaluator = _base_.spondylo_val_evaluator
test_evaluator = _base_.spondylo_test_evaluator

max_epochs = 80
train_cfg = dict(max_epochs=max_epochs, val_interval=1)
optim_wrapper = dict(optimizer=dict(lr=1e-4))
# The steps come where they do in the stock schedule, as shares of all epochs.
param_scheduler = [
    dict(type='LinearLR', start_factor=0.001, begin=0, end=100, by_epoch=False),
    dict(
        type='MultiStepLR',
        begin=0,
        end=max_epochs,
        milestones=[65, 76],
        gamma=0.1,
        by_epoch=True,
    ),
]
auto_scale_lr = dict(base_batch_size=16)
# Applied by --no-pretrained.
from_scratch = dict(optim_wrapper=dict(optimizer=dict(lr=5e-4)))

randomness = dict(seed=42)
default_hooks = _base_.spondylo_default_hooks
custom_hooks = _base_.spondylo_hooks
