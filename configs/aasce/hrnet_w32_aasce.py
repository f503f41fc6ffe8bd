"""HRNet-W32 on crops of frontal vertebrae, AASCE 2019."""

_base_ = ['../hrnet_w32_spondylo.py', '../_base_/spondylo_aasce.py']

max_epochs = 5
train_cfg = dict(max_epochs=max_epochs)
param_scheduler = [
    # The recipe's warm-up would last the whole training.
    dict(_base_.param_scheduler[0], end=1),
    dict(_base_.param_scheduler[1], T_max=max_epochs - 1, begin=1, end=max_epochs),
]
val_evaluator = _base_.spondylo_aasce_val_evaluator
test_evaluator = _base_.spondylo_aasce_test_evaluator
