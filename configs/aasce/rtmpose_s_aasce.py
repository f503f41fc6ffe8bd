"""RTMPose-s on crops of frontal vertebrae, AASCE 2019."""

_base_ = ['../rtmpose_s_spondylo.py', '../_base_/spondylo_aasce.py']

max_epochs = 5
train_cfg = dict(max_epochs=max_epochs)
param_scheduler = [
    _base_.param_scheduler[0],
    dict(_base_.param_scheduler[1], T_max=max_epochs, end=max_epochs),
]
val_evaluator = _base_.spondylo_aasce_val_evaluator
test_evaluator = _base_.spondylo_aasce_test_evaluator
