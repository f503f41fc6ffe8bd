"""MAHT-Net's parts on crops of one vertebra: one slot, boxes given."""

_base_ = './maht_net_spondylo.py'

model = dict(
    type='TopdownPoseEstimator',
    head=dict(slots=1, presence_loss=None),
    # The one vertebra is there; MMPose would wait for it otherwise.
    test_cfg=dict(presence_threshold=0.0, flip_test=True),
)

# Without UDP's grid the crop is moved to the film exactly as it was cut.
crop = dict(type='TopdownAffine', input_size=(256, 256))
train_pipeline = [
    *_base_.spondylo_train_load,
    *_base_.spondylo_augment_geometry,
    crop,
    dict(type='RandomPerspective'),
    _base_.superposition,
    *_base_.spondylo_augment_appearance,
    *_base_.spondylo_augment_obstacles,
    dict(type='SlotTargets', slots=1),
    *_base_.spondylo_pack,
]
val_pipeline = [*_base_.spondylo_load, crop, *_base_.spondylo_pack]

train_dataloader = dict(
    batch_size=16, dataset=dict(data_mode='topdown', pipeline=train_pipeline)
)
val_dataloader = dict(
    batch_size=32, dataset=dict(data_mode='topdown', pipeline=val_pipeline)
)
test_dataloader = val_dataloader
val_evaluator = _base_.spondylo_val_evaluator
test_evaluator = _base_.spondylo_test_evaluator
default_hooks = dict(checkpoint=dict(save_best='corner/MRE_px', rule='less'))
custom_hooks = _base_.spondylo_hooks
