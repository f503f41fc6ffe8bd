"""RTMPose-s on crops of one vertebra: small and fast, the default on a CPU."""

_base_ = [
    'mmpose::body_2d_keypoint/rtmpose/coco/rtmpose-s_8xb256-420e_coco-256x192.py',
    './_base_/spondylo_simcc.py',
]

codec = dict(_delete_=True, **_base_.spondylo_codec)
model = _base_.spondylo_model

data_root = _base_.spondylo_data_root
train_pipeline = _base_.spondylo_train_pipeline
val_pipeline = _base_.spondylo_val_pipeline
train_dataloader = dict(_delete_=True, **_base_.spondylo_train_dataloader)
val_dataloader = dict(_delete_=True, **_base_.spondylo_val_dataloader)
test_dataloader = val_dataloader
val_evaluator = _base_.spondylo_val_evaluator
test_evaluator = _base_.spondylo_test_evaluator

max_epochs = _base_.spondylo_max_epochs
train_cfg = dict(max_epochs=max_epochs, val_interval=1)
optim_wrapper = _base_.spondylo_optim_wrapper
param_scheduler = _base_.spondylo_param_scheduler
auto_scale_lr = dict(base_batch_size=16)

randomness = dict(_delete_=True, seed=42)
default_hooks = _base_.spondylo_default_hooks
custom_hooks = _base_.spondylo_hooks_with_ema
