"""The tiny MAHT-Net on crops of one vertebra; it is tested only."""

_base_ = './tiny_maht_net.py'

model = dict(
    type='TopdownPoseEstimator',
    head=dict(slots=1, presence_loss=None),
    test_cfg=dict(presence_threshold=0.0),
)
val_pipeline = [
    *_base_.spondylo_load,
    dict(type='TopdownAffine', input_size=_base_.input_size),
    *_base_.spondylo_pack,
]
val_dataloader = dict(dataset=dict(data_mode='topdown', pipeline=val_pipeline))
test_dataloader = val_dataloader
