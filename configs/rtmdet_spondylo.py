"""RTMDet-tiny finds the vertebrae of a film: stock network, one class, hull boxes.

Its boxes feed every top-down model (docs/end_to_end.md). Our own parts are registered
in MMPose, so they bear its prefix here.
"""

_base_ = [
    'mmdet::rtmdet/rtmdet_tiny_8xb32-300e_coco.py',
    './_base_/spondylo_topdown.py',
]

input_size = (640, 640)
model = dict(
    # SyncBN of the stock recipe needs a GPU; several GPUs set sync_bn='torch'.
    use_syncbn=False,
    backbone=dict(norm_cfg=dict(type='BN')),
    neck=dict(norm_cfg=dict(type='BN')),
    # exp_on_reg as in the larger stock networks: the first boxes are then two strides
    # wide. Those of the small ones are empty, overlap nothing and so teach nothing for
    # hundreds of steps, which only huge data sets forgive.
    bbox_head=dict(num_classes=1, exp_on_reg=True, norm_cfg=dict(type='BN')),
    # The hulls of neighbours overlap by an IoU of up to 0.21; what overlaps more are
    # two boxes of one vertebra.
    test_cfg=dict(nms=dict(iou_threshold=0.3), max_per_img=30),
)

# Corners are turned and scaled with the film, and boxes drawn around them afterwards.
# What lies beside a film is black, in training as in tests.
train_pipeline = [
    dict(type='mmpose.LoadRadiograph'),
    dict(type='mmpose.RandomFlip', direction='horizontal'),
    dict(
        type='mmpose.BottomupRandomAffine',
        input_size=input_size,
        shift_factor=0.1,
        scale_factor=(0.7, 1.4),
        scale_type='long',
        rotate_factor=15,
        pad_val=0,
    ),
    dict(type='mmpose.RandomRadiographAppearance'),
    dict(type='mmpose.HullBoxes'),
    dict(type='PackDetInputs', meta_keys=('img_id', 'img_path', 'img_shape')),
]
val_meta_keys = (
    'img_id',
    'img_path',
    'ori_shape',
    'img_shape',
    'scale_factor',
    'instances',
    'film',
    'raw_ann_info',
)
val_pipeline = [
    dict(type='mmpose.LoadRadiograph'),
    dict(type='mmpose.HullBoxes', targets=False),
    dict(type='Resize', scale=input_size, keep_ratio=True),
    dict(type='Pad', size=input_size, pad_val=dict(img=(0, 0, 0))),
    dict(type='PackDetInputs', meta_keys=val_meta_keys),
]

data_root = _base_.spondylo_data_root
whole_films = dict(type='mmpose.SpondyloDataset', data_mode='bottomup')
train_dataloader = dict(
    _delete_=True,
    **_base_.spondylo_train_loader,
    batch_size=8,
    dataset=dict(
        **_base_.spondylo_train_dataset | whole_films, pipeline=train_pipeline
    ),
)
val_dataloader = dict(
    _delete_=True,
    **_base_.spondylo_val_loader | dict(batch_size=8),
    dataset=dict(**_base_.spondylo_val_dataset | whole_films, pipeline=val_pipeline),
)
test_dataloader = val_dataloader
val_evaluator = [
    dict(type='mmpose.SpineDetectionMetric'),
    dict(type='CocoMetric', metric='bbox'),
]
test_evaluator = val_evaluator

max_epochs = 100
train_cfg = dict(max_epochs=max_epochs, val_interval=5, dynamic_intervals=None)
optim_wrapper = dict(optimizer=dict(lr=5e-4))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.001, begin=0, end=200, by_epoch=False),
    dict(
        type='CosineAnnealingLR',
        T_max=max_epochs // 2,
        eta_min_ratio=0.05,
        begin=max_epochs // 2,
        end=max_epochs,
        by_epoch=True,
        convert_to_iter_based=True,
    ),
]
auto_scale_lr = dict(base_batch_size=8)
# Applied by --no-pretrained.
from_scratch = dict(optim_wrapper=dict(optimizer=dict(lr=1e-3)))

randomness = dict(seed=42)
default_hooks = _base_.spondylo_default_hooks | dict(
    checkpoint=_base_.spondylo_default_hooks.checkpoint
    # How well boxes fit counts too: the pose model starts from them.
    | dict(save_best='coco/bbox_mAP', rule='greater')
)
custom_hooks = _base_.spondylo_hooks_with_ema
