"""ResNet-50 SimpleBaseline on crops of frontal vertebrae, AASCE 2019."""

_base_ = ['../resnet50_spondylo.py', '../_base_/spondylo_aasce.py']

max_epochs = 5
train_cfg = dict(max_epochs=max_epochs)
param_scheduler = [
    _base_.param_scheduler[0],
    # Its steps come where the recipe has them, in whole epochs.
    dict(_base_.param_scheduler[1], end=max_epochs, milestones=[4]),
]
val_evaluator = _base_.spondylo_aasce_val_evaluator
test_evaluator = _base_.spondylo_aasce_test_evaluator
