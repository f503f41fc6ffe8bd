"""Keypoint R-CNN, ResNet-50-FPN: finds the vertebrae of a film and their corners."""

_base_ = [
    'mmdet::_base_/models/faster-rcnn_r50_fpn.py',
    'mmpose::_base_/default_runtime.py',
    './_base_/spondylo_film.py',
]

custom_imports = dict(
    imports=[
        *_base_.custom_imports['imports'],
        'spondylo_mmpose.models.detectors',
        'spondylo_mmpose.models.heads',
    ]
)

input_size = (640, 640)

model = dict(
    type='mmpose.KeypointRCNN',
    data_preprocessor=dict(type='mmpose.PoseDataPreprocessor'),
    rpn_head=dict(
        # Height over width of vertebrae in stretched films is 0.3 to 1.1.
        anchor_generator=dict(scales=[6, 9], ratios=[0.4, 0.65, 1.0]),
    ),
    roi_head=dict(
        type='mmpose.KeypointRoIHead',
        bbox_head=dict(num_classes=1),
        keypoint_roi_extractor=dict(
            type='SingleRoIExtractor',
            roi_layer=dict(type='RoIAlign', output_size=14, sampling_ratio=2),
            out_channels=256,
            featmap_strides=[4, 8, 16, 32],
        ),
        keypoint_head=dict(type='mmpose.KeypointHead', spread=True),
        region_scale=1.5,
    ),
    # Films have three to eleven vertebrae: fewer proposals do than for COCO's scenes.
    # Vertebrae cut off by the edge are neither to be found nor background.
    train_cfg=dict(
        rpn=dict(assigner=dict(ignore_iof_thr=0.5)),
        rpn_proposal=dict(nms_pre=1000, max_per_img=300),
        rcnn=dict(assigner=dict(ignore_iof_thr=0.5), sampler=dict(num=64)),
    ),
    # Hull boxes of true neighbours overlap by 0.2 at most.
    test_cfg=dict(
        rpn=dict(nms_pre=1000, max_per_img=300),
        rcnn=dict(nms=dict(iou_threshold=0.3), max_per_img=20),
    ),
)

train_pipeline = [
    *_base_.spondylo_film_load,
    *_base_.spondylo_film_flip,
    dict(type='FilmAffine', input_size=input_size, **_base_.spondylo_film_geometry),
    *_base_.spondylo_augment_appearance,
    *_base_.spondylo_film_obstacles,
    dict(type='FilmTargets'),
    *_base_.spondylo_film_pack,
]
val_pipeline = [
    *_base_.spondylo_film_load,
    dict(type='FilmAffine', input_size=input_size),
    *_base_.spondylo_film_pack,
]

data_root = _base_.spondylo_data_root
train_dataloader = dict(
    **_base_.spondylo_train_loader,
    batch_size=4,
    dataset=dict(**_base_.spondylo_train_dataset, pipeline=train_pipeline),
)
val_dataloader = dict(
    **_base_.spondylo_val_loader,
    dataset=dict(**_base_.spondylo_val_dataset, pipeline=val_pipeline),
)
test_dataloader = val_dataloader
val_evaluator = _base_.spondylo_film_val_evaluator
test_evaluator = _base_.spondylo_film_test_evaluator

max_epochs = 100
train_cfg = dict(by_epoch=True, max_epochs=max_epochs, val_interval=1)
val_cfg = dict()
test_cfg = dict()
optim_wrapper = dict(
    optimizer=dict(type='AdamW', lr=5e-4, weight_decay=1e-4),
    paramwise_cfg=dict(custom_keys=dict(backbone=dict(lr_mult=0.1))),
    clip_grad=dict(max_norm=10),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, begin=0, end=200, by_epoch=False),
    dict(
        type='CosineAnnealingLR',
        T_max=max_epochs,
        eta_min_ratio=0.01,
        begin=0,
        end=max_epochs,
        by_epoch=True,
        convert_to_iter_based=True,
    ),
]
auto_scale_lr = dict(base_batch_size=4)
# Applied by --no-pretrained: frozen statistics are of use with pretrained weights only.
from_scratch = dict(
    model=dict(
        backbone=dict(frozen_stages=-1, norm_eval=False),
    ),
    optim_wrapper=dict(
        paramwise_cfg=dict(custom_keys=dict(backbone=dict(lr_mult=1.0))),
    ),
)

randomness = dict(seed=42)
default_hooks = _base_.spondylo_default_hooks
custom_hooks = _base_.spondylo_hooks
